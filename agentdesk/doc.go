// Package agentdesk is the operator's desk: a websocket that carries what happens and what the operator does, HTTP for
// logging in and for views, and the page (agentdesk/web). The truth is in the stores; a desk follows it.
//
//	page ──hello──► session ──follows──► streams agent:7, contact:31, …   (a hub looks for news once for all)
//	page ──command─► verb (cmd_*.go) ──► one transaction ──► result, and events in the streams
//
// It knows no other channel: what is done to contacts and calls goes through [Floor]. All that the desk needs of others is in work.go, all that it
// answers to in routes.go and command.go.
package agentdesk
