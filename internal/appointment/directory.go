package appointment

import (
	"context"
	"fmt"
	"time"

	"github.com/rs/zerolog"

	"okno/internal/cache"
	"okno/internal/calendar"
	"okno/internal/dialogue"
)

// Directory is all offices with their calendars, as they are now. It does not change.
type Directory struct {
	offices   []Office // by code
	calendars calendar.Set
}

// NewDirectory takes the offices in the order of their codes.
func NewDirectory(offices []Office, calendars calendar.Set) *Directory {
	return &Directory{offices, calendars}
}

// Office gives an office.
func (d *Directory) Office(code string) (Office, bool) {
	for _, o := range d.offices {
		if o.Code == code {
			return o, true
		}
	}
	return Office{}, false
}

// Offices lists all.
func (d *Directory) Offices() []Office { return d.offices }

// Giving lists the offices that give a service by appointment.
func (d *Directory) Giving(service string) (giving []Office) {
	for _, o := range d.offices {
		if o.Gives(service) {
			giving = append(giving, o)
		}
	}
	return giving
}

// Calendar gives the calendar of an office.
func (d *Directory) Calendar(o Office) (calendar.Calendar, error) {
	name := o.Calendar
	if name == "" {
		name = d.calendars.Default
	}
	c, ok := d.calendars.Calendars[name]
	if !ok {
		return c, fmt.Errorf("office %s: there is no calendar %q", o.Code, name)
	}
	return c, nil
}

// Slots are those of an office's service that can still be booked, of the days from now on as far as the office books ahead. taken are the
// places that are not free within that time: see [Directory.Window]. Days of a year that the calendar lacks have none.
func (d *Directory) Slots(o Office, service string, taken []Taken, now time.Time) ([]Slot, error) {
	c, err := d.Calendar(o)
	if err != nil {
		return nil, err
	}
	var all []Slot
	day := calendar.DateOf(now.In(c.Zone))
	for range o.Ahead + 1 {
		slots, err := o.Slots(c, day, service)
		if err != nil {
			break
		}
		all = append(all, slots...)
		day = day.Next()
	}
	return Free(all, taken, now.Add(BookBefore)), nil
}

// Window is the time within which places of an office can be booked.
func (o Office) Window(now time.Time) (from, to time.Time) {
	return now.Add(-24 * time.Hour), now.AddDate(0, 0, o.Ahead+2)
}

// SpokenTexts lists what a voice may have to say of the offices in a language.
func (d *Directory) SpokenTexts(l dialogue.Language) []string {
	var found []string
	for _, o := range d.offices {
		found = append(found, o.Name[l], o.Address[l])
	}
	return found
}

// Source gives what a directory is made of.
type Source interface {
	Offices(ctx context.Context) ([]Office, error)
	Calendars(ctx context.Context) (calendar.Set, error)
}

// Cache holds the newest directory.
type Cache struct{ *cache.Cache[Directory] }

// NewCache is empty until it is filled.
func NewCache(source Source, hints <-chan struct{}, log zerolog.Logger) *Cache {
	read := func(ctx context.Context) (*Directory, error) {
		offices, err := source.Offices(ctx)
		if err != nil {
			return nil, err
		}
		calendars, err := source.Calendars(ctx)
		if err != nil {
			return nil, err
		}
		return NewDirectory(offices, calendars), nil
	}
	return &Cache{cache.New("offices", NewDirectory(nil, calendar.Set{}), read, hints, log)}
}

// Directory gives the newest.
func (c *Cache) Directory() *Directory { return c.Newest() }
