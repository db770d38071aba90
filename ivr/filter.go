package ivr

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
)

// passedOver are the events that say nothing to a line and come often: half of those of a call. Asterisk writes none of them then. What is not
// named here still comes, so that an event of a later Asterisk is not missed.
var passedOver = []string{
	"ChannelVarset", "ChannelDialplan", "ChannelStateChange", "ChannelCreated", "ChannelCallerId", "ChannelConnectedLine",
	"PlaybackStarted", "PlaybackContinuing", "RecordingStarted", "Dial",
	"BridgeCreated", "BridgeDestroyed", "ChannelEnteredBridge", "ChannelLeftBridge",
	"ChannelHold", "ChannelUnhold",
}

// filter has Asterisk keep to itself what is passed over. Asterisk forgets that with the connection of the events.
func (r *rest) filter(ctx context.Context) error {
	type event struct {
		Type string `json:"type"`
	}
	var disallowed []event
	for _, name := range passedOver {
		disallowed = append(disallowed, event{name})
	}
	body, err := json.Marshal(map[string]any{"disallowed": disallowed})
	if err != nil {
		return wrap("filter events", err)
	}
	response, err := r.do(ctx, "filter events", http.MethodPut, "/applications/"+application+"/eventFilter", bytes.NewReader(body))
	if err != nil {
		return err
	}
	return response.Body.Close()
}
