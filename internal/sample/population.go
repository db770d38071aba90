package sample

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"okno/internal/cases"
	"okno/internal/catalogue"
	"okno/internal/citizen"
	"okno/internal/contact"
	"okno/internal/dialogue"
)

// What a populated region has in all, with what is in region.yaml, and over how many days.
const (
	AllCitizens = 200
	AllCases    = 2000
	AllContacts = 3000
	Days        = 90
)

// seed makes the same population each time; only the days are counted from now.
const seed = 2026

// Population is what fills the region beside what its file has.
type Population struct {
	Citizens []citizen.Citizen
	Cases    []cases.Imported // CitizenID is the place of the citizen in Citizens, from 1
	Contacts []contact.Past   // likewise, or 0; in the order in which they began
	Times    []contact.Time   // what agents spent their time on
}

// populate invents the population, as it is at a moment.
func populate(region Region, services []catalogue.FileService, now time.Time) Population {
	g := generator{Rand: rand.New(rand.NewPCG(seed, Days)), now: now, services: services}
	g.popular = rand.NewZipf(g.Rand, 1.3, 4, uint64(len(services)-1))
	var p Population
	for i := range AllCitizens - len(region.Citizens) {
		p.Citizens = append(p.Citizens, g.citizen(i))
	}
	for i := range AllCases - len(region.Cases) {
		// Evenly over the days, in the order in which they were opened.
		age := time.Duration(float64(Days*24*time.Hour) * (1 - float64(i)/AllCases))
		whose := g.IntN(len(p.Citizens))
		c := g.matter(p.Citizens[whose], g.opening(now.Add(-age)))
		c.Key, c.CitizenID = fmt.Sprintf("p%04d", i), int64(whose+1)
		p.Cases = append(p.Cases, c)
	}
	for i := range AllContacts {
		age := time.Duration(float64(Days*24*time.Hour) * (1 - float64(i)/AllContacts))
		whose := g.IntN(len(p.Citizens))
		c := g.conversation(p.Citizens[whose], region, g.opening(now.Add(-age)))
		c.CitizenID = int64(whose + 1)
		p.Contacts = append(p.Contacts, c)
	}
	slices.SortStableFunc(p.Contacts, func(a, b contact.Past) int { return a.StartedAt.Compare(b.StartedAt) })
	p.Times = g.shifts(region, p.Contacts)
	return p
}

type generator struct {
	*rand.Rand
	now      time.Time
	services []catalogue.FileService
	popular  *rand.Zipf
}

// names by language: given names of women and men, and family names that both have.
var names = map[dialogue.Language][3][]string{
	dialogue.Kazakh: {{"Айгерім", "Динара", "Гүлнар", "Жанар", "Мадина", "Сәуле", "Ақмарал"}, {"Нұрлан", "Ерлан", "Асқар", "Данияр", "Бауыржан", "Серік", "Мұрат"},
		{"Әбдіхалық", "Жұмабай", "Қасым", "Нұрпейіс", "Оразбай", "Сейіт", "Тілеу"}},
	dialogue.Russian: {{"Анна", "Елена", "Ольга", "Наталья", "Татьяна", "Светлана", "Марина"}, {"Алексей", "Сергей", "Андрей", "Дмитрий", "Виктор", "Павел", "Юрий"},
		{"Бондаренко", "Ким", "Цой", "Шевченко", "Черных", "Литвиненко", "Пак"}},
	dialogue.English: {{"Mary", "Jane", "Alice", "Emma"}, {"James", "Peter", "David", "Robert"}, {"Brown", "Taylor", "Wilson", "Clark"}},
}

func pick[T any](g generator, all []T) T { return all[g.IntN(len(all))] }

// citizen invents the nth citizen, with a national number that is valid in form.
func (g generator) citizen(n int) citizen.Citizen {
	languages := []dialogue.Language{dialogue.Kazakh, dialogue.Kazakh, dialogue.Kazakh, dialogue.Kazakh, dialogue.Russian, dialogue.Russian, dialogue.Russian, dialogue.English}
	c := citizen.Citizen{Language: pick(g, languages), Numbers: []string{fmt.Sprintf("+7701001%04d", n)}}
	man, year := g.IntN(2), 1945+g.IntN(62)
	century := 3
	if year >= 2000 {
		century = 5
	}
	if man == 0 {
		century++ // odd digits are men's
	}
	c.Name = pick(g, names[c.Language][man]) + " " + pick(g, names[c.Language][2])
	born := fmt.Sprintf("%02d%02d%02d%d", year%100, 1+g.IntN(12), 1+g.IntN(28), century)
	for serial := 1000 + 10*n; c.NationalNumber == ""; serial++ { // a serial may have no check digit
		for digit := range 10 {
			number := fmt.Sprintf("%s%04d%d", born, serial, digit)
			if _, err := citizen.ParseNationalNumber(citizen.IIN, number); err == nil {
				c.NationalNumber = number
				break
			}
		}
	}
	return c
}

// opening moves a moment to when people apply: by day in the region, and seldom on a Sunday.
func (g generator) opening(at time.Time) time.Time {
	at = at.In(zone)
	if at.Weekday() == time.Sunday && g.IntN(5) > 0 {
		at = at.AddDate(0, 0, -1-g.IntN(6))
	}
	at = time.Date(at.Year(), at.Month(), at.Day(), 8+g.IntN(12), g.IntN(60), g.IntN(60), 0, zone)
	if at.After(g.now) {
		at = g.now.Add(-g.between(time.Minute, time.Hour))
	}
	return at.UTC()
}

func (g generator) between(least, most time.Duration) time.Duration {
	return least + time.Duration(g.Int64N(int64(most-least)))
}

// complaints are what appeals are about.
var complaints = map[dialogue.Language][]string{
	dialogue.Kazakh:  {"Аулада жарық жоқ", "Қызмет мерзімі өтіп кетті", "Кезек тым ұзақ", "Қызметкер құжатты қабылдамады"},
	dialogue.Russian: {"Во дворе нет освещения", "Срок услуги прошёл", "Слишком долгая очередь", "Сотрудник не принял документы"},
	dialogue.English: {"There is no light in the yard", "The term of the service has passed", "The queue is too long", "An official did not take my documents"},
}

// matter invents a case of a citizen, and what became of it until now.
func (g generator) matter(whose citizen.Citizen, opened time.Time) cases.Imported {
	service := g.services[g.popular.Uint64()]
	c := cases.Imported{Kind: cases.Application, State: cases.Registered, Service: service.Code, Agency: service.Agency, Contact: whose.Numbers[0],
		Subject: service.Texts[whose.Language].Title, OpenedAt: opened}
	switch n := g.IntN(100); {
	case n < 15:
		c.Kind, c.Subject = cases.Appeal, pick(g, complaints[whose.Language])
	case n < 25:
		c.Kind = cases.Inquiry
	case n < 30:
		c.Kind = cases.Callback
	}
	for at := opened; len(c.History) < 12; {
		to, by, after := g.step(c)
		if at = at.Add(after); to == "" || at.After(g.now) {
			break
		}
		c.History = append(c.History, cases.Move{From: c.State, To: to, At: at, By: by})
		c.State = to
	}
	if n := len(c.History); c.State == cases.Closed && g.IntN(100) < 40 {
		c.RatedAt = c.History[n-1].At.Add(g.between(time.Minute, 2*day))
		c.Rating = pick(g, []int{1, 2, 2, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 5, 5, 5})
		if c.RatedAt.After(g.now) {
			c.Rating, c.RatedAt = 0, time.Time{}
		}
	}
	return c
}

// way is a step that cases make, how often of a hundred, and how long they waited for it.
type way struct {
	to          cases.State
	often       int
	least, most time.Duration
}

const day = 24 * time.Hour

var ways = map[cases.State][]way{
	cases.Registered:      {{cases.Accepted, 91, time.Hour, day}, {cases.InProgress, 4, time.Hour, day}, {cases.Rejected, 3, time.Hour, 3 * day}, {cases.Withdrawn, 2, time.Hour, 3 * day}},
	cases.Accepted:        {{cases.InProgress, 95, 2 * time.Hour, 3 * day}, {cases.Rejected, 3, day, 5 * day}, {cases.Withdrawn, 2, time.Hour, 5 * day}},
	cases.InProgress:      {{cases.Ready, 71, day, 12 * day}, {cases.AwaitingCitizen, 18, day, 5 * day}, {cases.Rejected, 6, day, 12 * day}, {cases.Closed, 5, day, 26 * day}},
	cases.AwaitingCitizen: {{cases.InProgress, 82, time.Hour, 6 * day}, {cases.Withdrawn, 10, 5 * day, 15 * day}, {cases.Rejected, 8, 10 * day, 15 * day}},
	cases.Ready:           {{cases.Closed, 100, time.Hour, 8 * day}},
}

// step says where a case goes next, who takes it there, and after what time; "" of one that stays where it is.
func (g generator) step(c cases.Imported) (to cases.State, by string, after time.Duration) {
	n := g.IntN(100)
	for _, w := range ways[c.State] {
		if n -= w.often; n >= 0 {
			continue
		}
		to, after = w.to, g.between(w.least, w.most)
		if to == cases.Ready && c.Kind != cases.Application {
			to = cases.Closed // an answer is nothing to be fetched
		}
		if c.Kind == cases.Callback {
			after /= 12 // within hours
		}
		if by = "agency:" + c.Agency; to == cases.Withdrawn {
			by = "citizen"
		}
		return to, by, after
	}
	return "", "", 0
}

// conversation invents one that is over: most need no operator, and of the others few leave while they wait.
func (g generator) conversation(whose citizen.Citizen, region Region, began time.Time) contact.Past {
	p, asked := g.talk(whose, region, began)
	p.Stops = g.stops(p, asked)
	return p
}

func (g generator) talk(whose citizen.Citizen, region Region, began time.Time) (p contact.Past, asked catalogue.FileService) {
	began = began.Add(-20 * time.Minute) // it is over by now
	p = contact.Past{Channel: pick(g, []string{"voice", "voice", "voice", "sms", "sms"}), Number: whose.Numbers[0], Language: string(whose.Language), StartedAt: began,
		EndedAt: began.Add(g.between(20*time.Second, 4*time.Minute)), Outcome: "self_service"}
	if g.IntN(100) < 8 {
		p.Outcome = "incomplete"
		return p, asked
	}
	if g.IntN(100) < 65 {
		for range 1 + g.IntN(2) {
			asked = g.services[g.popular.Uint64()]
			p.Asked = append(p.Asked, asked.Code)
		}
		return p, asked
	}
	p.Queue, p.Reason, p.QueuedAt = pick(g, []string{"general", "general", "appeals"}), "why.asked", began.Add(g.between(10*time.Second, 90*time.Second))
	waited := time.Duration(g.ExpFloat64() * float64(13*time.Second))
	if waited > 2*time.Minute {
		waited = 2 * time.Minute
	}
	if waited > 30*time.Second && g.IntN(2) == 0 {
		p.Came, p.Outcome, p.EndedAt = contact.Abandoned, "abandoned", p.QueuedAt.Add(waited)
		p.WrappedAt = p.EndedAt
		return p, asked
	}
	var able []string
	for _, a := range region.Agents {
		if a.Role == "agent" && slices.Contains(a.Queues, p.Queue) && slices.Contains(a.Languages, p.Language) {
			able = append(able, a.Login)
		}
	}
	p.Agent, p.Came, p.Outcome, p.Disposition = pick(g, able), contact.Handled, "operator", pick(g, contact.Dispositions)
	p.ConnectedAt = p.QueuedAt.Add(waited)
	p.ReleasedAt = p.ConnectedAt.Add(g.between(40*time.Second, 8*time.Minute))
	p.EndedAt, p.WrappedAt = p.ReleasedAt, p.ReleasedAt.Add(g.between(5*time.Second, time.Minute))
	return p, asked
}
