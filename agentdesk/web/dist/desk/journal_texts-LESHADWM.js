import{a}from"./chunk-OO6F4GV4.js";import"./chunk-6ATBPRIA.js";export{a as journalTexts};
