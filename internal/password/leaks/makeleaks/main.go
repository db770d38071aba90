// Command makeleaks makes the filter of leaked passwords from lists of them: JSON arrays of texts, or texts with a password a line. It leaves out
// what is shorter than any password that a person may choose.
//
// Usage: makeleaks OUT LIST…
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"okno/internal/password"
	"okno/internal/password/leaks"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: makeleaks OUT LIST…")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "makeleaks:", err)
		os.Exit(1)
	}
}

func run(out string, lists []string) error {
	var all []string
	for _, name := range lists {
		content, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		var list []string
		if json.Unmarshal(content, &list) != nil {
			list = strings.Split(string(content), "\n")
		}
		for _, p := range list {
			if p = strings.ToLower(strings.TrimRight(p, "\r")); utf8.RuneCountInString(p) >= password.Least {
				all = append(all, p)
			}
		}
	}
	slices.Sort(all)
	all = slices.Compact(all)
	if len(all) == 0 {
		return fmt.Errorf("no password of %d characters or more in %s", password.Least, strings.Join(lists, ", "))
	}
	made := leaks.Make(all)
	fmt.Printf("%d passwords, %d bytes\n", len(all), len(made))
	return os.WriteFile(out, made, 0o644)
}
