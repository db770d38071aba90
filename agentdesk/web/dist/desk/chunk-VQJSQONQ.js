var t="[a-z0-9][a-z0-9_\\-]*",n=e=>new RegExp(`^${t}$`).test(e);export{t as a,n as b};
