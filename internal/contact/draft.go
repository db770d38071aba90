package contact

// Field is a field of a contact in which an agent writes. What stands in it is kept until it is sent or filed, or the contact is over.
type Field string

// The fields.
const (
	ReplyField  Field = "reply"
	NoteField   Field = "note"
	CaseField   Field = "case"    // the page's form, as the page has it
	WrapUpField Field = "wrap_up" // a [Filing] in JSON
)

// Fields are all of them.
var Fields = []Field{ReplyField, NoteField, CaseField, WrapUpField}

// Filing is what an agent says of a contact that is over.
type Filing struct {
	Disposition string `json:"disposition"`
	Note        string `json:"note"`
}
