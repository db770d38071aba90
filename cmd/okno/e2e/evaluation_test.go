package e2e

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
)

// evaluates has a supervisor, who is logged in at a desk, write a form of two questions for the general queue, and draw the next contact.
func (p *page) evaluates(t *testing.T) {
	t.Helper()
	p.clicks(t, "#section-evaluations")
	p.clicks(t, "#evaluations-forms")
	p.clicks(t, "#add-form")
	p.types(t, "#evaluation-form input[name=name]", "polite")
	p.clicks(t, "#evaluation-form .add-question")
	for _, l := range []string{"kk", "ru", "en"} {
		p.types(t, fmt.Sprintf("#evaluation-form input[name='title.%s']", l), "Вежливость")
		p.types(t, "#evaluation-form .question:nth-of-type(2) .in-"+l, "Поздоровались?")
		p.types(t, "#evaluation-form .question:nth-of-type(3) .in-"+l, "Ответили на вопрос?")
	}
	p.chooses(t, "#evaluation-form .question:nth-of-type(3) select", "scale")
	p.clicks(t, "#evaluation-form input[name=queue][value=general]")
}

// A supervisor writes a form and evaluates a thread by it; the operator sees that, and replies.
func TestAThreadIsEvaluated(t *testing.T) {
	t.Parallel()
	s := newShift(t)
	const citizen = "+77010000004"
	s.serves(t, citizen, "Завтра")

	leader := browse(t, s.http+"/desk/", "")
	leader.logsIn(t, "saule", demoPassword)
	leader.evaluates(t)
	leader.clicks(t, "#evaluation-form button.primary")
	leader.sees(t, "tr[data-form=polite]")
	leader.clicks(t, "#evaluations-given")
	leader.clicks(t, "#evaluate-next")
	leader.reads(t, ".evaluation .thread", "Завтра")
	leader.clicks(t, ".evaluation button.plain")
	leader.clicks(t, "#evaluate-choose") // the same, chosen
	leader.clicks(t, "#to-evaluate tr:nth-of-type(1) .choose")
	leader.reads(t, ".evaluation .thread", "Завтра")
	leader.clicks(t, ".evaluation .criterion:nth-of-type(1) input[value=yes]")
	leader.clicks(t, ".evaluation .criterion:nth-of-type(2) input[value='4']")
	leader.types(t, ".evaluation .criterion:nth-of-type(2) input[name^=remark]", "Коротко")
	leader.picture(t, "desk-evaluation.png")
	leader.clicks(t, ".evaluation button.primary")
	leader.reads(t, "tr[data-contact] td:nth-of-type(3)", "88 %")

	s.desk.reads(t, "#told", "Ваша работа оценена")
	s.desk.clicks(t, "#told button")
	s.desk.reads(t, "#section-evaluations .count", "1")
	s.desk.clicks(t, "#section-evaluations")
	s.desk.reads(t, ".own-score h2", "88 %")
	s.desk.reads(t, ".own-score li:nth-of-type(2)", "Коротко")
	s.desk.types(t, ".own-score textarea", "Гражданин спешил")
	s.desk.clicks(t, ".own-score .disagree")
	s.desk.reads(t, ".own-score .reply-given", "Гражданин спешил")
	s.desk.misses(t, "#section-evaluations .count")
	leader.clicks(t, "tr[data-contact] .change")
	leader.sees(t, ".evaluation fieldset:disabled")
	require.Equal(t, "88 false", pgtest.Value[string](t, s.database, `SELECT score || ' ' || agreed FROM evaluations`))
}
