package citizen

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"okno/internal/dialogue"
	"okno/internal/phone"
	"okno/internal/tablefile"
)

// Registered is a line of a register.
type Registered struct {
	Line int
	Citizen
}

// ReadRegister reads a register of citizens: CSV with the columns national_number, name and numbers (parted by spaces), and if wanted kind
// (iin, bin, snils, inn) and language. Its error joins a [tablefile.LineError] for each mistake; then there is no register.
func ReadRegister(r io.Reader) ([]Registered, error) {
	t, err := tablefile.Open(r, []string{"national_number", "name", "numbers"}, "kind", "language")
	if err != nil {
		return nil, err
	}
	var all []Registered
	citizens, numbers := map[string]int{}, map[string]int{}
	for line, row := t.Next(); row != nil; line, row = t.Next() {
		one := Registered{Line: line, Citizen: Citizen{Kind: row["kind"], Name: row["name"], Language: dialogue.Language(row["language"])}}
		kind, err := KindOf(one.Kind)
		if err != nil {
			t.Wrong(line, "kind", err)
			continue
		}
		if one.NationalNumber, err = ParseNationalNumber(kind, row["national_number"]); err != nil {
			t.Wrong(line, "national_number", err)
		} else if before := citizens[kind.Name()+one.NationalNumber]; before != 0 {
			t.Wrong(line, "national_number", fmt.Errorf("it stands in line %d already", before))
		}
		citizens[kind.Name()+one.NationalNumber] = line
		if one.Name == "" || len([]rune(one.Name)) > 200 || strings.ContainsRune(one.Name, 0) {
			t.Wrong(line, "name", errors.New("it has 1 to 200 letters"))
		}
		if one.Language != "" && !slices.Contains(dialogue.Languages, one.Language) {
			t.Wrong(line, "language", errors.New("it is kk, ru or en"))
		}
		for _, written := range strings.Fields(row["numbers"]) {
			number, err := phone.Parse(written)
			if err != nil {
				t.Wrong(line, "numbers", err)
				continue
			}
			if before := numbers[number]; before != 0 {
				t.Wrong(line, "numbers", fmt.Errorf("one of them stands in line %d already", before))
			}
			numbers[number] = line
			one.Numbers = append(one.Numbers, number)
		}
		all = append(all, one)
	}
	if err := t.Err(); err != nil {
		return nil, err
	}
	return all, nil
}

// Distrusted is a line of an operator's list of numbers.
type Distrusted struct {
	Line   int
	Number string
	Why    Distrust
}

// ReadDistrust reads an operator's list of numbers that prove nothing any more: CSV with the columns number and reason (sim_swapped or
// recycled). Errors are as of [ReadRegister].
func ReadDistrust(r io.Reader) ([]Distrusted, error) {
	t, err := tablefile.Open(r, []string{"number", "reason"})
	if err != nil {
		return nil, err
	}
	var all []Distrusted
	for line, row := t.Next(); row != nil; line, row = t.Next() {
		one := Distrusted{Line: line, Why: Distrust(row["reason"])}
		if one.Number, err = phone.Parse(row["number"]); err != nil {
			t.Wrong(line, "number", err)
		}
		if one.Why != SIMSwapped && one.Why != Recycled {
			t.Wrong(line, "reason", errors.New("it is sim_swapped or recycled"))
		}
		all = append(all, one)
	}
	if err := t.Err(); err != nil {
		return nil, err
	}
	return all, nil
}
