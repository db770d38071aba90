// Package dialogue is the conversation that Okno holds with a citizen, as data, and the pure function that steps it.
//
// A definition (YAML) has nodes and texts in three languages. [Step] takes a state and an input and gives the next state,
// what is to be said, what is to be done, and what may come next:
//
//	              ┌────────── input: started, keys, text, silence, outcome, resumed, hang-up
//	              ▼
//	state ──► Step(definition) ──► state'  +  utterances  +  effects  +  expectation
//
// The same step serves the phone, SMS, the terminal and the tests. Nothing here reads a clock, a database or a socket, and
// nothing here knows what an action does: it knows an action's inputs and its closed set of outcomes ([Vocabulary]).
package dialogue
