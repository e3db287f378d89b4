package senderdomain

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
)

// Resolver asks DNS, as *net.Resolver does. It may be used concurrently.
type Resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
	LookupIPAddr(ctx context.Context, host string) ([]net.IPAddr, error)
	LookupAddr(ctx context.Context, address string) ([]string, error)
}

// Bounds of one check: questions, answers that are looked at, and their size in bytes. What a record of SPF makes a
// receiver ask has a bound of its own, so that it takes nothing from the other questions.
const (
	maxOfSPF   = 40
	maxOfOther = 10
	maxAnswers = 64
	maxRecord  = 8 << 10
)

// asking asks each question once, absolute names only, and not more than its bound. It is the resolver of package
// spf.
type asking struct {
	ctx      context.Context
	resolver Resolver
	most     int

	mu      sync.Mutex
	asked   int
	answers map[string]*answer
}

type answer struct {
	once  sync.Once
	value any
	err   error
}

func newAsking(ctx context.Context, resolver Resolver, most int) *asking {
	if resolver == nil {
		resolver = net.DefaultResolver
	}
	return &asking{ctx: ctx, resolver: resolver, most: most, answers: map[string]*answer{}}
}

// ask returns the answer to a question, which is asked the first time.
func ask[T any](a *asking, question string, look func() (T, error)) (T, error) {
	a.mu.Lock()
	known := a.answers[question]
	if known == nil {
		if a.asked++; a.asked > a.most {
			a.mu.Unlock()
			var none T
			return none, &net.DNSError{Err: "too many questions", Name: question, IsTemporary: true}
		}
		known = &answer{}
		a.answers[question] = known
	}
	a.mu.Unlock()
	known.once.Do(func() {
		var err error
		if known.value, err = look(); err != nil && !isNotFound(err) {
			// Whatever kept the answer away may pass: package spf takes all other errors for ones of the record.
			err = &net.DNSError{UnwrapErr: err, Err: err.Error(), Name: question, IsTemporary: true}
		}
		known.err = err
	})
	value, _ := known.value.(T)
	return value, known.err
}

// hasAsked reports whether the text records of a name were asked for.
func (a *asking) hasAsked(name string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.answers["TXT "+absolute(name)] != nil
}

// absolute keeps the resolver from looking below this machine's own domains.
func absolute(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) + "." }

// LookupTXT returns the text records of a name.
func (a *asking) LookupTXT(_ context.Context, name string) ([]string, error) {
	name = absolute(name)
	return ask(a, "TXT "+name, func() ([]string, error) {
		records, err := a.resolver.LookupTXT(a.ctx, name)
		if err != nil {
			return nil, err
		}
		for i, record := range records[:min(len(records), maxAnswers)] {
			if len(record) > maxRecord {
				records[i] = record[:maxRecord]
			}
		}
		return records[:min(len(records), maxAnswers)], nil
	})
}

// LookupMX returns the mail servers of a name.
func (a *asking) LookupMX(_ context.Context, name string) ([]*net.MX, error) {
	name = absolute(name)
	return ask(a, "MX "+name, func() ([]*net.MX, error) {
		records, err := a.resolver.LookupMX(a.ctx, name)
		if len(records) > 0 {
			err = nil // Some of them are no names.
		}
		return records[:min(len(records), maxAnswers)], err
	})
}

// LookupIPAddr returns the addresses of a name.
func (a *asking) LookupIPAddr(_ context.Context, name string) ([]net.IPAddr, error) {
	if address, err := netip.ParseAddr(name); err == nil {
		return []net.IPAddr{{IP: address.AsSlice()}}, nil
	}
	if name = absolute(name); name == "." { // A Null MX.
		return nil, &net.DNSError{Err: "no name", Name: name, IsNotFound: true}
	}
	return ask(a, "A "+name, func() ([]net.IPAddr, error) {
		addresses, err := a.resolver.LookupIPAddr(a.ctx, name)
		return addresses[:min(len(addresses), maxAnswers)], err
	})
}

// LookupAddr returns the names of an address.
func (a *asking) LookupAddr(_ context.Context, address string) ([]string, error) {
	return ask(a, "PTR "+address, func() ([]string, error) {
		names, err := a.resolver.LookupAddr(a.ctx, address)
		return names[:min(len(names), maxAnswers)], err
	})
}

// isNotFound reports whether the name servers have said that there is nothing. Everything else is no answer: a time
// out, a refusal, an answer that was cut off and could not be had whole.
func isNotFound(err error) bool {
	var failure *net.DNSError
	return errors.As(err, &failure) && failure.IsNotFound && !failure.IsTimeout && !failure.IsTemporary
}

// Server is the address of a name server, such as 192.0.2.53 or 192.0.2.53:5353. The zero Server is that of the
// operating system.
type Server struct{ address netip.AddrPort }

const dnsPort = 53

// UnmarshalText reads an address.
func (s *Server) UnmarshalText(given []byte) error {
	if address, err := netip.ParseAddr(strings.Trim(string(given), "[]")); err == nil && address.Zone() == "" {
		s.address = netip.AddrPortFrom(address, dnsPort)
		return nil
	}
	address, err := netip.ParseAddrPort(string(given))
	if err != nil || address.Port() == 0 || address.Addr().Zone() != "" {
		return errors.New("must be the address of a name server, such as 192.0.2.53 or [2001:db8::53]:5353")
	}
	s.address = address
	return nil
}

// Resolver asks this name server and no other; nil for the zero Server.
func (s Server) Resolver() *net.Resolver {
	if !s.address.IsValid() {
		return nil
	}
	return &net.Resolver{PreferGo: true, StrictErrors: true, Dial: func(
		ctx context.Context, network, _ string,
	) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, s.address.String())
	}}
}

// String is the address.
func (s Server) String() string { return fmt.Sprint(s.address) }
