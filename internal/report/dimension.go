package report

// Dimension is a way to break figures down.
type Dimension string

// The dimensions.
const (
	Day      Dimension = "day"  // in the centre's zone
	Hour     Dimension = "hour" // of the day, in the centre's zone
	Queue    Dimension = "queue"
	Agent    Dimension = "agent"    // by login: who served the contact, passed it on, was evaluated, or spent the time
	ToQueue  Dimension = "to_queue" // to which a contact of the queue is passed on
	Service  Dimension = "service"
	Agency   Dimension = "agency"
	Channel  Dimension = "channel"
	Language Dimension = "language"
	Dialogue Dimension = "dialogue" // its version
	Node     Dimension = "node"     // of a version of a dialogue
)

var titles = map[Dimension]Text{
	Day:      text("Күн", "День", "Day"),
	Hour:     text("Сағат", "Час", "Hour"),
	Queue:    text("Кезек", "Очередь", "Queue"),
	Agent:    text("Оператор", "Оператор", "Agent"),
	ToQueue:  text("Қайда", "Куда", "To queue"),
	Service:  text("Қызмет", "Услуга", "Service"),
	Agency:   text("Ведомство", "Ведомство", "Agency"),
	Channel:  text("Арна", "Канал", "Channel"),
	Language: text("Тіл", "Язык", "Language"),
	Dialogue: text("Диалог нұсқасы", "Версия диалога", "Version of the dialogue"),
	Node:     text("Түйін", "Узел", "Node"),
}

// Title names the dimension.
func (d Dimension) Title() Text { return titles[d] }

// Keys are what a line of a report is known by.
func (d Dimension) Keys() []Dimension {
	switch d {
	case Node: // a name means something in its version alone
		return []Dimension{Dialogue, Node}
	case ToQueue: // from where, and to where
		return []Dimension{Queue, ToQueue}
	}
	return []Dimension{d}
}
