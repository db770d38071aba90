package e2e

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
)

// An administrator adds a client at the desk and gives it a key, which is shown once and opens the API; a client that is suspended is kept out.
func TestAClientIsAddedInTheBrowser(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	o := newOkno(t, fmt.Sprintf("database_url: %q\nroles: [desk, api]\n", url))
	o.run(t, "sample")
	o.start(t)
	o.awaitReady(t, time.Minute)
	desk := administers(t, o, url)
	desk.clicks(t, "#section-clients")
	desk.clicks(t, "#add-client")
	desk.types(t, "form.person input[name=name]", "kiosk")
	desk.types(t, "form.person input[name=title]", "Киоск ЦОН")
	desk.types(t, "form.person input[name=why]", "договор 7")
	desk.clicks(t, "form.person button.primary")
	desk.types(t, "form.client input[name=why]", "первый ключ")
	desk.clicks(t, "form.client .new-key")
	desk.sees(t, "#key input")
	desk.sees(t, "form.client tr[data-key]")
	desk.picture(t, "desk-clients.png")
	key := value[string](t, desk, `document.querySelector('#key input').value`)
	opens := func() int {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, o.http+"/api/v1/services", nil)
		require.NoError(t, err)
		request.Header.Set("Authorization", "Bearer "+key)
		answer, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		return answer.StatusCode
	}
	require.Equal(t, http.StatusOK, opens())
	desk.types(t, "form.client input[name=why]", "расследование")
	desk.clicks(t, "form.client .suspend")
	desk.reads(t, "tr[data-client=kiosk]", "Приостановлен")
	require.NotEqual(t, http.StatusOK, opens())
	desk.misses(t, "#key")
	desk.clicks(t, "form.client .change")
	desk.types(t, "form.person input[name=title]", "Новый ")
	desk.types(t, "form.person input[name=why]", "второй киоск")
	desk.clicks(t, "form.person button.primary")
	desk.reads(t, "tr[data-client=kiosk]", "Новый Киоск ЦОН")
}
