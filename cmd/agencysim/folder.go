package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"okno/internal/exchange"
)

// filing is an agency without a service: somebody looks into the folder from time to time.
type filing struct {
	*agencysim
	mu      sync.Mutex
	pending []report // for the next file
}

// exchange reads what Okno has put in the folder and answers it, until ctx ends.
func (f *filing) exchange(ctx context.Context, begin func(number string)) error {
	log.Printf("agency %s looks into %s", f.Agency, f.Folder)
	tick := time.NewTicker(f.Look)
	defer tick.Stop()
	for {
		if err := errors.Join(f.takeFiles(begin), f.putReports(), f.takeReceipts()); err != nil {
			log.Printf("folder: %v", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return f.putReports()
		}
	}
}

// csvs gives the files of a directory; there is none before Okno has made it.
func (f *filing) csvs(dir string) (names []string, err error) {
	entries, err := os.ReadDir(filepath.Join(f.Folder, dir))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	for _, entry := range entries {
		if name := entry.Name(); strings.HasSuffix(name, ".csv") && !strings.HasPrefix(name, ".") {
			names = append(names, name)
		}
	}
	return names, err
}

// takeFiles acknowledges what Okno tells, and removes it: in that order, so that nothing is lost.
func (f *filing) takeFiles(begin func(number string)) error {
	names, err := f.csvs("out")
	if err != nil {
		return err
	}
	for _, name := range names {
		rows, err := f.rows("out", name)
		if err != nil {
			return err
		}
		answer := [][]string{{"id", "answer"}}
		for _, row := range rows {
			answer = append(answer, []string{row["id"], "ok"})
			f.agencysim.mu.Lock()
			known := f.seen[row["id"]]
			f.seen[row["id"]] = true
			f.agencysim.mu.Unlock()
			if !known && row["type"] == exchange.CaseOpened {
				begin(row["case"])
			}
		}
		if err := f.put("out-ack", name, answer); err != nil {
			return err
		}
		if err := os.Remove(filepath.Join(f.Folder, "out", name)); err != nil {
			return err
		}
	}
	return nil
}

// takeReceipts logs what Okno has not taken, and removes the receipts.
func (f *filing) takeReceipts() error {
	names, err := f.csvs("in-ack")
	if err != nil {
		return err
	}
	for _, name := range names {
		rows, err := f.rows("in-ack", name)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if row["problem"] != "" {
				log.Printf("%s line %s: %s: %s", name, row["line"], row["field"], row["problem"])
			}
		}
		if err := os.Remove(filepath.Join(f.Folder, "in-ack", name)); err != nil {
			return err
		}
	}
	return nil
}

// queue has an event reported in the next file.
func (f *filing) queue(e report) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.pending = append(f.pending, e)
}

func (f *filing) putReports() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.pending) == 0 {
		return nil
	}
	rows := [][]string{{"key", "case", "sequence", "state", "due_on", "at", "reason"}}
	for _, e := range f.pending {
		rows = append(rows, []string{e.Key, e.Case, strconv.FormatInt(e.Sequence, 10), string(e.State), "", e.At.Format(time.RFC3339Nano), ""})
	}
	if err := f.put("in", fmt.Sprintf("%s-%d.csv", f.Agency, f.pending[0].Sequence), rows); err != nil {
		return err
	}
	f.pending = nil
	return nil
}

// rows reads a file by its columns.
func (f *filing) rows(dir, name string) (rows []map[string]string, err error) {
	content, err := os.ReadFile(filepath.Join(f.Folder, dir, name))
	if err != nil {
		return nil, err
	}
	table, err := csv.NewReader(bytes.NewReader(content)).ReadAll()
	if err != nil || len(table) == 0 {
		return nil, err
	}
	for _, fields := range table[1:] {
		row := map[string]string{}
		for i, column := range table[0] {
			row[column] = fields[i]
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// put writes a file under a name that nobody reads, and renames it.
func (f *filing) put(dir, name string, rows [][]string) error {
	var content bytes.Buffer
	if err := csv.NewWriter(&content).WriteAll(rows); err != nil {
		return err
	}
	hidden := filepath.Join(f.Folder, dir, "."+name+".tmp")
	if err := os.WriteFile(hidden, content.Bytes(), 0o660); err != nil {
		return err
	}
	return os.Rename(hidden, filepath.Join(f.Folder, dir, name))
}
