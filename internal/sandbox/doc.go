// Package sandbox starts and ends private instances of what Okno runs on, Postgres and Asterisk, and of what it is held
// against, Kannel, for the demo, tests and benchmarks: on loopback, on ports of their own, in folders of their own, without root. It knows nothing of Okno itself,
// and no part of a real installation uses it.
package sandbox
