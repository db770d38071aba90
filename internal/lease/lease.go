// Package lease is what has one owner at a time among nodes: an Asterisk, the distribution. An owner has a fence, a number that rises
// with every change of hands; whoever writes as the owner passes its fence, and the write of an owner before is refused.
package lease

import (
	"context"
	"errors"
	"time"
)

// Lease is the right of a holder, for as long as the store has the same fence.
type Lease struct {
	Name     string // what is owned: "voice:ast1", "acd"
	Holder   string // the node
	Instance string // the process: a node that restarts is a new instance
	Fence    int64
}

var (
	// ErrFenced refuses a write of a holder whose lease has gone to another.
	ErrFenced = errors.New("the lease has gone to another holder")
	// ErrNamesake says that two processes run under one node's name: each would take the other's leases for its own.
	ErrNamesake = errors.New("another process runs under this node's name")
)

// Store keeps leases. Times are the store's.
type Store interface {
	// AcquireLease prolongs a lease that l's instance holds. Without a fence in l it also takes a lease that is free, has lapsed, or was
	// held by an earlier instance of the same node, under a new fence. held is false while another holds it; holder then says who.
	AcquireLease(ctx context.Context, l Lease, lasting time.Duration) (fence int64, held bool, holder Lease, err error)
	// ReleaseLease gives a lease up, if the instance still has it.
	ReleaseLease(ctx context.Context, l Lease) error
}
