import{a}from"./chunk-UOA6262J.js";import"./chunk-6ATBPRIA.js";export{a as journalTexts};
