// Package jobs keeps and runs background jobs, by River on its own tables. A job is enqueued by [Steps.EnqueueJob] as part of the
// unit of work that decides it; a [Worker] on any node does it.
//
// Workers poll once a second, and nothing ever notifies: NOTIFY takes a lock at commit that all transactions share. River's
// bookkeeping has a small pool of its own; what a job does to Okno's tables goes by the hot pool, as everything else.
//
// One worker leads. It enqueues periodic jobs, makes those available that have become due, gives the jobs of workers that were
// killed to others, and forgets what was done. Another leads 15 s after it was killed, at the latest.
package jobs
