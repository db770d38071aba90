package main

import (
	"fmt"
	"io"
	"os"
	"strings"
)

// checked is what a file of data is once it is read.
type checked interface{ Check() []error }

// readFile gives a file of data that may be imported, or tells every problem of it.
func readFile[F checked](name string, read func(io.Reader) (F, error)) (f F, err error) {
	in, err := os.Open(name)
	if err != nil {
		return f, err
	}
	defer in.Close()
	if f, err = read(in); err != nil {
		return f, fmt.Errorf("%s: %w", name, err)
	}
	problems := f.Check()
	for _, problem := range problems {
		for line := range strings.Lines(problem.Error()) {
			fmt.Fprintf(os.Stderr, "%s: %s\n", name, strings.TrimSpace(line))
		}
	}
	if len(problems) > 0 {
		return f, silentError{}
	}
	return f, nil
}
