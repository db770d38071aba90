package main

import (
	"context"
	"errors"

	"okno/internal/privacy"
)

// checkLogs warns where Postgres may write values into its log, or refuses to start, as the configuration wants.
func (n *node) checkLogs(ctx context.Context) error {
	settings, err := n.db.Settings(ctx, privacy.LogSettings)
	if err != nil {
		return err
	}
	for _, advice := range privacy.LoggedValues(settings) {
		if n.config.Privacy.Logs == refuseOnLogs {
			return errors.New(advice + " (privacy.logs)")
		}
		n.log.Warn().Msg(advice)
	}
	return nil
}
