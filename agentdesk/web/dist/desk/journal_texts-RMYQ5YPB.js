import{a}from"./chunk-2KL3ZMWL.js";import"./chunk-6ATBPRIA.js";export{a as journalTexts};
