package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"okno/agentdesk/desktest"
	"okno/internal/sandbox"
)

// A thread outlives the node that serves the desk, and the database: nothing that was typed is lost, and each answer goes once.
func TestAThreadOutlivesNodeAndDatabase(t *testing.T) {
	t.Parallel()
	need(t, "Postgres", tools.PostgresBin)
	folder := t.TempDir()
	require.NoError(t, os.Chmod(filepath.Dir(folder), 0o755)) // Postgres runs as another user
	config := sandbox.PostgresConfig{Bin: tools.PostgresBin, Data: filepath.Join(folder, "data"), Run: filepath.Join(folder, "run")}
	postgres, err := sandbox.StartPostgres(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, postgres.Stop()) })
	config.Port = postgres.Port
	s := newShiftOn(t, postgres.URL())
	const citizen, other = "+77010000004", "+77010000005"
	s.talks(t, citizen)
	before := len(s.operator.Written(citizen))

	s.desk.types(t, ".reply textarea", "Через узел")
	s.kill(t)
	s.desk.reads(t, "#connection-lamp", "Нет связи")
	s.desk.types(t, ".reply textarea", "\r") // nothing is answered blind
	s.start(t)
	s.awaitReady(t, time.Minute)
	s.desk.reads(t, "#connection-lamp", "На связи")
	s.desk.holds(t, ".reply textarea", "Через узел")
	s.desk.clicks(t, ".reply button.primary")
	s.gets(t, citizen, "Через узел")

	s.desk.types(t, ".reply textarea", "Через базу")
	require.NoError(t, syscall.Kill(postgres.PID(), syscall.SIGQUIT)) // its processes end as they are
	<-postgres.Done()
	s.desk.types(t, ".reply textarea", "\r")
	postgres, err = sandbox.StartPostgres(t.Context(), config)
	require.NoError(t, err)
	s.awaitReady(t, time.Minute)
	s.desk.reads(t, "#connection-lamp", "На связи")
	s.desk.misses(t, ".waiting")
	if value[string](t, s.desk, `document.querySelector(".reply textarea").value`) != "" { // refused, and told so: it is the agent's to send again
		s.desk.clicks(t, ".reply button.primary")
	}
	s.gets(t, citizen, "Через базу")
	require.Len(t, s.operator.Written(citizen), before+2)

	// Who asks after all that is offered as ever.
	s.sends(t, other, "ОПЕРАТОР")
	s.desk.clicks(t, ".offer .accept")
}

// A laptop sleeps with a thread open and half an answer written. A minute later the thread is a colleague's; when the laptop wakes, its page knows that,
// and what is written there goes to nobody.
func TestALaptopSleeps(t *testing.T) {
	t.Parallel()
	s := newShift(t)
	const citizen = "+77010000004"
	s.talks(t, citizen)
	before := len(s.operator.Written(citizen))
	s.desk.types(t, ".reply textarea", "Наполовину написано")
	cookie, _ := desktest.LogIn(t, s.http, "boris", demoPassword)
	colleague := desktest.Open(t, s.http, cookie, nil)
	require.True(t, colleague.Sends("set_status", desktest.M{"status": "available"})["ok"].(bool))

	sleeping := processesOf(t, chromedp.FromContext(s.desk.ctx).Browser.Process().Pid)
	signal := func(sent syscall.Signal) {
		for _, pid := range sleeping {
			_ = syscall.Kill(pid, sent)
		}
	}
	signal(syscall.SIGSTOP)
	t.Cleanup(func() { signal(syscall.SIGCONT) })
	asleep := time.Now()
	offered, _, err := colleague.Await(func(got desktest.M) bool {
		return got["type"] == "snapshot" && desktest.InState("offered")(got["contacts"].([]any))
	}, 3*time.Minute)
	require.NoError(t, err, "the thread stays with who sleeps")
	t.Logf("the colleague has it after %v", time.Since(asleep))
	contact := offered["contacts"].([]any)[0].(desktest.M)["id"]
	require.True(t, colleague.Sends("accept", desktest.M{"contact": contact})["ok"].(bool))
	require.True(t, colleague.Sends("reply", desktest.M{"contact": contact, "text": "Отвечает другой"})["ok"].(bool))
	s.gets(t, citizen, "Отвечает другой")

	signal(syscall.SIGCONT)
	s.desk.do(t, "Enter", chromedp.KeyEvent("\r")) // whoever opens the lid presses what was to be pressed
	s.desk.reads(t, "#connection-lamp", "На связи")
	s.desk.misses(t, ".contact")
	s.desk.misses(t, ".reply textarea")
	s.sends(t, citizen, "Спасибо")
	colleague.Until("the citizen's thanks", func(got desktest.M) bool { return strings.Contains(fmt.Sprint(got), "Спасибо") })
	require.Len(t, s.operator.Written(citizen), before+1)
}

// processesOf gives a process and all that it has started, and they.
func processesOf(t *testing.T, pid int) []int {
	t.Helper()
	parents := map[int]int{}
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	require.NoError(t, err)
	for _, file := range stats {
		content, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		// "PID (NAME) STATE PARENT …": a name may have spaces.
		_, rest, _ := strings.Cut(string(content), ") ")
		child, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		fields := strings.Fields(rest)
		require.Greater(t, len(fields), 1, fmt.Sprint(file))
		parents[child], _ = strconv.Atoi(fields[1])
	}
	all := []int{pid}
	for i := 0; i < len(all); i++ {
		for child, parent := range parents {
			if parent == all[i] {
				all = append(all, child)
			}
		}
	}
	return all
}
