package smpp

import (
	"errors"
	"time"
)

// ErrTime is a time that is none by SMPP 3.4 §7.1.1.
var ErrTime = errors.New("smpp: malformed time")

// ParseTime reads schedule_delivery_time or validity_period, absolute or
// relative to now (SMPP 3.4 §7.1.1): YYMMDDhhmmss, tenths, quarters of an hour
// from UTC, and the sign or R. The zero time stands for none.
func ParseTime(s string, now time.Time) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if len(s) != maxTime {
		return time.Time{}, ErrTime
	}
	var field [8]int // pairs of digits; then the tenths, and the quarters
	for i := range field[:6] {
		field[i] = number(s[2*i : 2*i+2])
	}
	field[6], field[7] = number(s[12:13]), number(s[13:15])
	for _, n := range field {
		if n < 0 {
			return time.Time{}, ErrTime
		}
	}
	year, month, day, hour, minute, second := field[0], field[1], field[2], field[3], field[4], field[5]
	switch s[15] {
	case 'R':
		return now.AddDate(year, month, day).Add(
			time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second), nil
	case '+', '-':
		if month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59 || field[7] > 48 {
			return time.Time{}, ErrTime
		}
		east := field[7] * 15 * 60
		if s[15] == '-' {
			east = -east
		}
		at := time.Date(2000+year, time.Month(month), day, hour, minute, second, field[6]*int(100*time.Millisecond), time.FixedZone("", east))
		if at.Day() != day { // the 31st of a shorter month
			return time.Time{}, ErrTime
		}
		return at, nil
	}
	return time.Time{}, ErrTime
}

// FormatTime writes an absolute time in UTC (SMPP 3.4 §7.1.1), to the second.
func FormatTime(t time.Time) string { return t.UTC().Format("060102150405") + "000+" }

// number reads digits; -1 where there are others.
func number(s string) int {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return -1
		}
		n = 10*n + int(s[i]-'0')
	}
	return n
}
