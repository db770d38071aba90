package api

// Routes is how many routes need a key.
var Routes = len((&API{}).routes())
