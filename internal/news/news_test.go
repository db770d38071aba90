package news_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/news"
)

func TestHintsBecomeOneAndNeverBlock(t *testing.T) {
	t.Parallel()
	n, err := news.Open("")
	require.NoError(t, err)
	t.Cleanup(n.Close)
	hints, stop := n.Subscribe(news.MT, news.MO)
	defer stop()
	for range 1000 {
		n.Publish(news.MT)
	}
	n.Publish(news.Contacts)
	select {
	case <-hints:
	case <-time.After(5 * time.Second):
		t.Fatal("no hint came")
	}
}
