import{a}from"./chunk-JVCJI4CP.js";import"./chunk-6ATBPRIA.js";export{a as journalTexts};
