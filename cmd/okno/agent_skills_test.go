package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSkillsAreRead(t *testing.T) {
	t.Parallel()
	levels, err := readSkills([]string{"tax=3", "law=1"})
	require.NoError(t, err)
	require.Equal(t, map[string]int{"tax": 3, "law": 1}, levels)
	for written, problem := range map[string]string{
		"tax":   `"tax" is no skill with its level, like tax=3, or stands twice`,
		"tax=x": `"tax=x" is no skill with its level, like tax=3, or stands twice`,
		"tax=6": "level 6 of tax is not between 1 and 5",
		"=3":    `"" is no name of a skill: up to 32 letters a-z, digits, hyphens and underscores`,
	} {
		_, err := readSkills([]string{written})
		require.EqualError(t, err, problem)
	}
	_, err = readSkills([]string{"tax=1", "tax=2"})
	require.Error(t, err, "twice")
}
