package citizen_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/citizen"
)

func TestReadRegister(t *testing.T) {
	t.Parallel()
	all, err := citizen.ReadRegister(strings.NewReader("\uFEFFnational_number,kind,name,language,numbers\n" +
		"850101300015,,\"Ахметова, Айгүл\",kk,8 701 000 00 01\n112-233-445 95,snils,Иванов,ru,+77010000002 +77010000003\n900513000008,iin,Без номера,,\n"))
	require.ErrorContains(t, err, "line 2: numbers: ", "a number has no spaces in it here")
	require.Nil(t, all)
	all, err = citizen.ReadRegister(strings.NewReader("national_number,kind,name,language,numbers\n" +
		"850101300015,,\"Ахметова, Айгүл\",kk,87010000001\n112-233-445 95,snils,Иванов,ru,+77010000002 +77010000003\n900513000008,iin,Без номера,,\n"))
	require.NoError(t, err)
	require.Len(t, all, 3)
	require.Equal(t, citizen.Registered{Line: 2, Citizen: citizen.Citizen{NationalNumber: "850101300015", Name: "Ахметова, Айгүл", Language: "kk", Numbers: []string{"+77010000001"}}}, all[0])
	require.Equal(t, []string{"+77010000002", "+77010000003"}, all[1].Numbers)
	require.Equal(t, "11223344595", all[1].NationalNumber)
	require.Empty(t, all[2].Numbers)
}

func TestMistakesOfARegisterHaveTheirPlace(t *testing.T) {
	t.Parallel()
	const header = "national_number,name,language,numbers\n"
	for file, want := range map[string]string{
		"":                                                  "line 1: header",
		"name,numbers\n":                                    "line 1: header: column national_number is missing",
		"national_number,name,numbers,iban\n":               "line 1: header: columns are",
		header + "850101300014,A,ru,\n":                     "line 2: national_number: not a national number: its check digit is wrong",
		header + "850101300015,,ru,\n":                      "line 2: name: ",
		header + "850101300015,A,de,\n":                     "line 2: language: ",
		header + "850101300015,A,ru,12\n":                   "line 2: numbers: ",
		header + "850101300015,A\n":                         "line 2: columns: 4 are wanted",
		header + "850101300015,A,ru,\n850101300015,B,ru,\n": "line 3: national_number: it stands in line 2 already",
		header + "850101300015,A,ru,+77010000001\n900513000008,B,ru,+77010000001\n": "line 3: numbers: one of them stands in line 2 already",
		header + "850101300014,A,ru,\n900513000009,B,de,\n":                         "line 3: language: ",
		"national_number,kind,name,numbers\n850101300015,passport,A,\n":             "line 2: kind: ",
		header + "850101300015,\"A,ru,\n":                                           "line 2",
	} {
		all, err := citizen.ReadRegister(strings.NewReader(file))
		require.ErrorContains(t, err, want, file)
		require.Nil(t, all)
		require.NotContains(t, err.Error(), "85010130001", "what stands there is not told")
	}
	_, err := citizen.ReadRegister(strings.NewReader(header + strings.Repeat("1,,de,x\n", 1000)))
	require.LessOrEqual(t, strings.Count(err.Error(), "\n"), 60)
}

func TestReadDistrust(t *testing.T) {
	t.Parallel()
	all, err := citizen.ReadDistrust(strings.NewReader("number,reason\n8 701 000 00 01,sim_swapped\n+77010000002,recycled\n"))
	require.NoError(t, err)
	require.Equal(t, []citizen.Distrusted{{2, "+77010000001", citizen.SIMSwapped}, {3, "+77010000002", citizen.Recycled}}, all)
	_, err = citizen.ReadDistrust(strings.NewReader("number,reason\n8 701 000 00 01,silent\nx,recycled\n"))
	require.ErrorContains(t, err, "line 2: reason: ")
	require.ErrorContains(t, err, "line 3: number: ")
}

// Whatever is given as a register is refused with lines, or is one.
func FuzzReadRegister(f *testing.F) {
	f.Add("national_number,name,numbers\n850101300015,A,+77010000001\n")
	f.Add("national_number,name,numbers\n\"")
	f.Fuzz(func(t *testing.T, file string) {
		all, err := citizen.ReadRegister(strings.NewReader(file))
		if err != nil {
			require.Contains(t, err.Error(), "line ")
			require.Nil(t, all)
		}
	})
}
