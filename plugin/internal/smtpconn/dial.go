package smtpconn

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"time"
)

// connectionAttemptDelay is how long the next address waits for the one before it (RFC 8305 section 5).
const connectionAttemptDelay = 250 * time.Millisecond

// Attempt is how connecting to one address went.
type Attempt struct {
	Address netip.AddrPort
	// Err is nil for the address that was connected to first. An attempt that was given up because another one had
	// succeeded has KindCancelled.
	Err  *Error
	Took time.Duration
}

// String is the attempt in English, for logs.
func (a Attempt) String() string {
	outcome := "connected"
	switch {
	case a.Err != nil && a.Err.Kind == KindCancelled:
		outcome = "not needed"
	case a.Err != nil:
		outcome = a.Err.brief()
	}
	return fmt.Sprintf("%s %s (%d ms)", a.Address, outcome, a.Took.Round(time.Millisecond).Milliseconds())
}

type dialled struct {
	index int
	conn  net.Conn
	err   error
	took  time.Duration
}

// race connects to the first address that answers. Each has its own limit; the next one starts when the one before has
// failed or has been silent for connectionAttemptDelay. It returns the attempts in the order in which they started.
// permit is asked once more about what is dialled in the end; nil permits all.
func race(
	ctx context.Context, permit func(netip.AddrPort) error, addresses []netip.AddrPort, limit time.Duration,
) (net.Conn, []Attempt, error) {
	if len(addresses) == 0 {
		return nil, nil, &Error{Kind: KindNotPermitted}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	results := make(chan dialled, len(addresses))
	attempts := make([]Attempt, 0, len(addresses))
	start := func() {
		index, address := len(attempts), addresses[len(attempts)]
		attempts = append(attempts, Attempt{Address: address, Err: &Error{Kind: KindCancelled}})
		go func() {
			began := time.Now()
			conn, err := dial(ctx, permit, address, limit)
			results <- dialled{index: index, conn: conn, err: err, took: time.Since(began)}
		}()
	}
	start()
	delay := time.NewTimer(connectionAttemptDelay)
	defer delay.Stop()
	var winner net.Conn
	for pending := 1; pending > 0; {
		select {
		case <-delay.C:
			if winner == nil && len(attempts) < len(addresses) {
				start()
				pending++
				delay.Reset(connectionAttemptDelay)
			}
		case result := <-results:
			pending--
			attempt := &attempts[result.index]
			attempt.Took = result.took
			switch {
			case result.err == nil && winner == nil:
				attempt.Err, winner = nil, result.conn
				cancel()
			case result.err == nil:
				_ = result.conn.Close()
			default:
				attempt.Err = asError(result.err)
				if winner == nil && len(attempts) < len(addresses) && ctx.Err() == nil {
					start()
					pending++
					delay.Reset(connectionAttemptDelay)
				}
			}
		}
	}
	if winner != nil {
		return winner, attempts, nil
	}
	return nil, attempts, mostTelling(attempts)
}

func dial(
	ctx context.Context, permit func(netip.AddrPort) error, address netip.AddrPort, limit time.Duration,
) (net.Conn, error) {
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	// A network of one family keeps the dialer from racing on its own.
	return (&net.Dialer{Control: control(permit)}).DialContext(limited, "tcp", address.String())
}

// control asks about the address that the socket is about to connect to, which nothing between the policy and the
// system can have changed any more.
func control(permit func(netip.AddrPort) error) func(network, address string, socket syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		if permit == nil {
			return nil
		}
		dialled, err := netip.ParseAddrPort(address)
		if err == nil {
			err = permit(dialled)
		}
		if err != nil {
			return &Error{Kind: KindNotPermitted, Err: err}
		}
		return nil
	}
}

// attemptsError holds the failures of all addresses that were tried, the most telling one first.
type attemptsError []Attempt

func (e attemptsError) Error() string {
	texts := make([]string, len(e))
	for i, attempt := range e {
		texts[i] = attempt.String()
	}
	return strings.Join(texts, "; ")
}

func (e attemptsError) Unwrap() []error {
	causes := make([]error, len(e))
	for i, attempt := range e {
		causes[i] = attempt.Err
	}
	return causes
}

// mostTelling is the failure of all attempts, of the kind of the one that says most about the server. A refusal
// proves that the machine is there; a silent address says that something swallows the packets; an unreachable one
// often only means that this machine has no IPv6.
func mostTelling(attempts []Attempt) error {
	rank := map[Kind]int{KindConnectionRefused: 5, KindReset: 4, KindTimeout: 3, KindNotPermitted: 2, KindNetwork: 1}
	failed := slices.Clone(attempts)
	slices.SortStableFunc(failed, func(a, b Attempt) int { return rank[b.Err.Kind] - rank[a.Err.Kind] })
	best := failed[0].Err
	if len(failed) == 1 {
		return &Error{Kind: best.Kind, Err: best.Err}
	}
	return &Error{Kind: best.Kind, Err: attemptsError(failed)}
}

// LookAt reports which ports of the target's host answer a connection, all at once, each within the limit. It sends
// nothing. A host whose name does not resolve answers on none.
func LookAt(ctx context.Context, target Target, ports []int, limit time.Duration) []int {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	host, err := ASCIIHost(target.Host)
	if err != nil {
		return nil
	}
	addresses, err := resolve(ctx, host)
	if err != nil {
		return nil
	}
	answers := make([]chan bool, len(ports))
	for i, port := range ports {
		answers[i] = make(chan bool, 1)
		go func() { answers[i] <- answersAt(ctx, target, addresses, port, limit) }()
	}
	var open []int
	for i, port := range ports {
		if <-answers[i] {
			open = append(open, port)
		}
	}
	return open
}

func answersAt(ctx context.Context, target Target, addresses []netip.Addr, port int, limit time.Duration) bool {
	conn, _, err := race(ctx, target.Permit, target.permitted(addresses, port), limit)
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}
