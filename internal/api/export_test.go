package api

// Routes is how many routes need a key.
var Routes = len(scopes()) - 1 // keys of proofs are for everybody
