package messages

// Delivery is the expression for what became of the message whose id mt is, a [message.Delivery]; NULL of none, and of one that is no longer
// kept.
func Delivery(mt string) string {
	return `(
    SELECT CASE WHEN w.state IN ('submitted', 'accepted') THEN 'sent' ELSE w.state END
    FROM (SELECT ` + Worst + ` AS state FROM mt_segments s WHERE s.id BETWEEN ` + mt + ` * 256 + 1 AND ` + mt + ` * 256 + 255) w)`
}
