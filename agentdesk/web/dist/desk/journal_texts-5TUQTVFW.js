import{a}from"./chunk-FTGPZSKU.js";import"./chunk-6ATBPRIA.js";export{a as journalTexts};
