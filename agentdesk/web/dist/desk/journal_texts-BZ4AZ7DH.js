import{a}from"./chunk-G5W2AKSJ.js";import"./chunk-6ATBPRIA.js";export{a as journalTexts};
