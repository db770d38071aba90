// Package attachment keeps files beside the rows: what a citizen, an agency or an operator adds to a case. The content is sealed in chunks
// under the data key of the case before it leaves this package, so whoever keeps the files reads none, and a key that is destroyed takes them
// along. It knows no rows and no folder.
//
//	Create → chunks … → Commit → a row names the file
//	       → Abort: nothing is left
//
// A file without a row is left by a crash or by a citizen who was erased: the sweeper removes it. A row without a file is a loss: the sweeper
// tells of it.
package attachment
