package e2e

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"okno/internal/sandbox"
)

// What all tests share: the programs, and the parts that they run on.
var (
	programs string // folder of okno and smscsim
	tools    sandbox.Tools
)

func TestMain(m *testing.M) {
	code, err := runTests(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		code = 1
	}
	os.Exit(code)
}

func runTests(m *testing.M) (int, error) {
	folder, err := os.MkdirTemp("", "okno-e2e-")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(folder)
	programs = folder
	// With the race detector in it: what a race does in a real process is seen as well.
	build := exec.Command("go", "build", "-race", "-o", folder, "okno/cmd/okno", "okno/cmd/smscsim", "okno/cmd/agencysim")
	build.Stdout, build.Stderr = os.Stdout, os.Stderr
	if err := build.Run(); err != nil {
		return 1, fmt.Errorf("build: %w", err)
	}
	tools = sandbox.FromEnvironment()
	// Tests of calls listen most of the time: more of them than cores can do so at once.
	flag.Parse()
	if err := flag.Set("test.parallel", "5"); err != nil {
		return 1, err
	}
	return m.Run(), nil
}

// TestOkno holds one installation to its contract, in three parts: what can be tested at once, what wants an operator who gets
// no other contacts, and what kills the process.
func TestOkno(t *testing.T) {
	w := newWorld(t)
	t.Run("Citizens", func(t *testing.T) {
		t.Run("ServiceByPhone", w.serviceByPhone)
		t.Run("StatusByPhone", w.statusByPhone)
		t.Run("StatusOfAnothersCase", w.statusOfAnothersCase)
		t.Run("AppointmentByPhone", w.appointmentByPhone)
		t.Run("FeeByPhone", w.feeByPhone)
		t.Run("AnnouncementByPhone", w.announcementByPhone)
		t.Run("CallInEachLanguage", w.callInEachLanguage)
		t.Run("KeysAhead", w.keysAhead)
		t.Run("BargeIn", w.bargeIn)
		t.Run("NobodyOnDuty", w.nobodyOnDuty)
		t.Run("PasswordForPortal", w.passwordForPortal)
		t.Run("CommandsBySMS", w.commandsBySMS)
		t.Run("ProofBySMS", w.proofBySMS)
		t.Run("ListBySMS", w.listBySMS)
		t.Run("LongSMS", w.longSMS)
	})
	t.Run("Desk", w.desk)
	t.Run("Phone", w.phone)
	t.Run("KilledUnderMessages", w.killedUnderMessages)
	t.Run("KilledInMenu", w.killedInMenu)
	t.Run("LeavesNothing", w.leavesNothing)
}

// need says that a test cannot go without a part. In CI a missing one is a failure.
func need(t *testing.T, name, value string) {
	t.Helper()
	if value != "" {
		return
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is missing: run the tests by scripts/test", name)
	}
	t.Skipf("%s is missing: run the tests by scripts/test", name)
}

// clipCache keeps clips from one run of the tests to the next: their names say their content.
func clipCache() string {
	if cache := os.Getenv("OKNO_CACHE"); cache != "" {
		return filepath.Join(cache, "clips")
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	return filepath.Join(cache, "okno", "clips")
}
