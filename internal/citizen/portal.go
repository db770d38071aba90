package citizen

import (
	"context"
	"time"

	"okno/internal/fault"
	"okno/internal/lockout"
	"okno/internal/message"
	"okno/internal/totp"
)

// The errors that a portal sees. None tells whether a citizen or a number is known.
var (
	// ErrProof says that a challenge does not prove what it is shown for: it is another client's, was not met, was met too long ago, was
	// shown before, or is of another number.
	ErrProof error = &fault.Error{Kind: fault.Forbidden, Field: "challenge", Text: "this challenge does not prove this"}
	// ErrCode says that a code of an authenticator is wrong, or that nothing waits to be confirmed.
	ErrCode error = &fault.Error{Kind: fault.Forbidden, Field: "code", Text: "wrong code, or nothing to confirm"}
)

// ProofLife is how long after it was met a challenge proves that its number is in the citizen's hands.
const ProofLife = 10 * time.Minute

// PortalWork is the unit of work of a portal's request.
type PortalWork interface {
	// TakeProof takes a challenge of a client that was met since a time, once, and gives its number. ErrProof.
	TakeProof(ctx context.Context, client, challenge string, since, now time.Time) (number string, err error)
	// CitizenByNational gives 0 for nobody. ErrNationalNumber.
	CitizenByNational(ctx context.Context, kind, number string) (int64, error)
	Known(ctx context.Context, number string) (Known, error)
	Bind(ctx context.Context, b Binding) (Bound, error)
	Unbind(ctx context.Context, whose int64, number, by string) (Reach, error)
	Factors(ctx context.Context, whose int64) (Factors, error)
	SetPIN(ctx context.Context, whose int64, hash, by string) error
	SetTOTP(ctx context.Context, whose int64, secret, by string) error
	ConfirmTOTP(ctx context.Context, whose, step int64, by string) (bool, error)
	LockAttempts(ctx context.Context, way lockout.Way, subjects ...string) (lockout.Book, error)
	KeepAttempts(ctx context.Context, b lockout.Book) error
	EnqueueMT(ctx context.Context, m message.MT) error
}

// PortalUnits runs fn in one transaction.
type PortalUnits func(ctx context.Context, fn func(PortalWork) error) error

// PINHashing hashes PINs within the budget of the process.
type PINHashing interface {
	HashPIN(ctx context.Context, pin string) (string, error)
}

// Portal does what portals ask for citizens who are logged in there. That a citizen is, the portal answers for; that a number is in the
// citizen's hands, a challenge shows that went to it.
type Portal struct {
	units     PortalUnits
	registrar *Registrar
	hashing   PINHashing
	clock     func() time.Time
}

// NewPortal takes its parts.
func NewPortal(units PortalUnits, registrar *Registrar, hashing PINHashing, clock func() time.Time) *Portal {
	return &Portal{units, registrar, hashing, clock}
}

// Whose is a citizen as a portal names one.
type Whose struct {
	Client, Kind, NationalNumber string
}

func (w Whose) by() string { return "client:" + w.Client }

// find gives the citizen. Whoever is unknown has no challenge that proves anything: the error is the same.
func (p *Portal) find(ctx context.Context, w PortalWork, whose Whose) (int64, error) {
	id, err := w.CitizenByNational(ctx, whose.Kind, whose.NationalNumber)
	if err == nil && id == 0 {
		err = ErrProof
	}
	return id, err
}

// take gives the number that a challenge proves.
func (p *Portal) take(ctx context.Context, w PortalWork, whose Whose, challenge string) (string, error) {
	now := p.clock()
	return w.TakeProof(ctx, whose.Client, challenge, now.Add(-ProofLife), now)
}

// Bind binds a number to a citizen, by a challenge that was met with a code sent to it. The citizen's other numbers are told. ErrProof.
func (p *Portal) Bind(ctx context.Context, whose Whose, number, challenge string) (done Bound, err error) {
	err = p.units(ctx, func(w PortalWork) error {
		proved, err := p.take(ctx, w, whose, challenge)
		if err != nil {
			return err
		}
		id, err := p.find(ctx, w, whose)
		if err != nil {
			return err
		}
		if proved != number {
			return ErrProof
		}
		if done, err = w.Bind(ctx, Binding{Citizen: id, Number: number, Proof: ByOTP, By: whose.by()}); err != nil {
			return err
		}
		return send(ctx, w, p.registrar.TellBound(done))
	})
	return done, err
}

// Unbind takes a number off a citizen, and tells the number. ErrNotBound, also of whoever is unknown.
func (p *Portal) Unbind(ctx context.Context, whose Whose, number string) error {
	return p.units(ctx, func(w PortalWork) error {
		id, err := w.CitizenByNational(ctx, whose.Kind, whose.NationalNumber)
		if err != nil {
			return err
		}
		old, err := w.Unbind(ctx, id, number, whose.by())
		if err != nil {
			return err
		}
		return send(ctx, w, p.registrar.TellUnbound(old))
	})
}

// own gives the citizen to one of whose trusted numbers a challenge was sent. ErrProof.
func (p *Portal) own(ctx context.Context, w PortalWork, whose Whose, challenge string) (int64, error) {
	number, err := p.take(ctx, w, whose, challenge)
	if err != nil {
		return 0, err
	}
	id, err := p.find(ctx, w, whose)
	if err != nil {
		return 0, err
	}
	known, err := w.Known(ctx, number)
	if err == nil && (known.CitizenID != id || known.Lowered) {
		err = ErrProof
	}
	return id, err
}

// SetPIN sets a citizen's telephone PIN, by a challenge that went to one of the citizen's numbers; "" removes the PIN. ErrProof, ErrObvious.
func (p *Portal) SetPIN(ctx context.Context, whose Whose, challenge, pin string) error {
	var hash string
	if pin != "" {
		err := CheckPIN(pin)
		if err == nil {
			hash, err = p.hashing.HashPIN(ctx, pin)
		}
		if err != nil {
			return err
		}
	}
	return p.units(ctx, func(w PortalWork) error {
		id, err := p.own(ctx, w, whose, challenge)
		if err != nil {
			return err
		}
		return w.SetPIN(ctx, id, hash, whose.by())
	})
}

// BeginTOTP makes a secret for a citizen's authenticator, by a challenge that went to one of the citizen's numbers; it counts once
// ConfirmTOTP has had a code of it. ErrProof.
func (p *Portal) BeginTOTP(ctx context.Context, whose Whose, challenge string) (secret, uri string, err error) {
	if secret, uri, err = totp.NewSecret("citizen"); err != nil {
		return "", "", err
	}
	err = p.units(ctx, func(w PortalWork) error {
		id, err := p.own(ctx, w, whose, challenge)
		if err != nil {
			return err
		}
		return w.SetTOTP(ctx, id, secret, whose.by())
	})
	if err != nil {
		return "", "", err
	}
	return secret, uri, nil
}

// ConfirmTOTP takes the first code of a citizen's new authenticator. Wrong ones are counted as at any use. ErrCode.
func (p *Portal) ConfirmTOTP(ctx context.Context, whose Whose, code string) error {
	now := p.clock()
	var wrong error
	err := p.units(ctx, func(w PortalWork) error {
		wrong = nil
		id, err := w.CitizenByNational(ctx, whose.Kind, whose.NationalNumber)
		if err != nil {
			return err
		}
		attempts, err := w.LockAttempts(ctx, lockout.TOTP, lockout.Citizen(id))
		if err != nil {
			return err
		}
		f, err := w.Factors(ctx, id)
		if err != nil {
			return err
		}
		step, right := totp.Step(f.TOTP, code, now)
		if _, blocked := attempts.Blocked(now); blocked || !right || !f.Fresh || id == 0 {
			wrong = ErrCode
			if !blocked && id != 0 {
				attempts.Fail(now)
			}
			return w.KeepAttempts(ctx, attempts) // what counts is kept, whatever the answer
		}
		_, err = w.ConfirmTOTP(ctx, id, step, whose.by())
		return err
	})
	if err != nil {
		return err
	}
	return wrong
}

func send(ctx context.Context, w PortalWork, mts []message.MT) error {
	for _, mt := range mts {
		if err := w.EnqueueMT(ctx, mt); err != nil {
			return err
		}
	}
	return nil
}
