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

func TestNamesAreKeptUntilTheyAreTaken(t *testing.T) {
	t.Parallel()
	n, err := news.Open("")
	require.NoError(t, err)
	t.Cleanup(n.Close)
	followed := n.Follow(news.Streams, news.Contacts)
	var found []string
	next := func() {
		select {
		case <-followed.Hints:
			found = append(found, followed.Take()...)
		case <-time.After(5 * time.Second):
			t.Fatal("no hint came")
		}
	}
	n.Publish(news.Contacts)
	next()
	require.Empty(t, found, "a hint without a name")
	for range 2 {
		n.Publish(news.Named(news.Streams, "contact:1"))
		n.Publish(news.Named(news.Streams, "agent:2"))
	}
	n.Publish(news.MT)
	for len(found) < 2 {
		next()
	}
	require.Subset(t, []string{"contact:1", "agent:2"}, found)
}
