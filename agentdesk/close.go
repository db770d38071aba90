package agentdesk

import (
	"encoding/json"

	"okno/agentdesk/web"
)

// closing is why a socket is closed, and whether the page comes back. The table is shared with the page: web/src/shared/close.json.
type closing struct {
	Code int    `json:"code"`
	Name string `json:"name"`
	Back bool   `json:"back"`
	Why  string `json:"why"`
}

var (
	closeExpired = closingOf("expired")
	closeSlow    = closingOf("slow")
	closeDrain   = closingOf("drain")
)

// closingOf gives the row of the table. It is read at the start, so that a row that is missing is found by every test.
func closingOf(name string) closing {
	var table []closing
	if err := json.Unmarshal(web.Close, &table); err != nil {
		panic("agentdesk: close.json: " + err.Error())
	}
	for _, row := range table {
		if row.Name == name {
			return row
		}
	}
	panic("agentdesk: close.json has no row " + name)
}
