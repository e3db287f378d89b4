// Package autoconfig finds out which server sends mail for a mailbox, from the domain of its address alone: a provider
// that is known, what the domain publishes in DNS (RFC 6186, RFC 8314 section 5.1), and who takes mail for the domain.
//
// What it finds is a suggestion. DNS can be forged, and a published server may lie in another domain, so RFC 6186
// section 6 wants a person to confirm it; nothing is connected to here, and no password is sent before that.
package autoconfig

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/idna"

	"github.com/smtp-settings/smtp-settings/plugin/internal/provider"
)

// Source says how a server was found.
type Source string

// The sources, the surest first.
const (
	// SourceProvider is the table of providers: the domain is one of the provider's own.
	SourceProvider Source = "provider"
	// SourceSubmissions and SourceSubmission are what the domain publishes: encrypted from the start, and by STARTTLS.
	SourceSubmissions Source = "submissions"
	SourceSubmission  Source = "submission"
	// SourceExchange is a known provider that takes mail for the domain, and so probably sends for it.
	SourceExchange Source = "exchange"
)

// Candidate is a server that may send for the mailbox.
type Candidate struct {
	Server   string
	Port     int
	Source   Source
	Provider string // its name; empty with SourceSubmissions and SourceSubmission
}

// Resolver asks DNS, as *net.Resolver does. It may be used concurrently.
type Resolver interface {
	LookupSRV(ctx context.Context, service, proto, name string) (cname string, records []*net.SRV, err error)
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
}

// ErrNoDNS means that the name servers could not be asked; what was found without them comes with it.
var ErrNoDNS = errors.New("the name servers did not answer")

// timeLimit bounds the look into DNS.
const timeLimit = 5 * time.Second

// maxCandidates bounds how many servers are suggested.
const maxCandidates = 4

// Find returns the servers that may send for mailboxes of the domain, the most likely first. A nil resolver is that of
// the operating system. The error wraps ErrNoDNS; there may be candidates all the same.
func Find(ctx context.Context, resolver Resolver, domain string) ([]Candidate, error) {
	if resolver == nil {
		resolver = net.DefaultResolver
	}
	if own, known := provider.OfBox(domain); known {
		return []Candidate{{Server: own.Server, Port: own.Port, Source: SourceProvider, Provider: own.Name}}, nil
	}
	ascii, err := idna.Lookup.ToASCII(strings.TrimSuffix(domain, "."))
	if err != nil {
		return nil, nil //nolint:nilerr // A name that cannot exist publishes nothing.
	}
	absolute := ascii + "." // Else the resolver would look below this machine's own domains as well.
	ctx, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()
	var found [3][]Candidate
	var failed [3]error
	var wg sync.WaitGroup
	wg.Go(func() { found[0], failed[0] = published(ctx, resolver, "submissions", SourceSubmissions, absolute) })
	wg.Go(func() { found[1], failed[1] = published(ctx, resolver, "submission", SourceSubmission, absolute) })
	wg.Go(func() { found[2], failed[2] = byExchange(ctx, resolver, absolute) })
	wg.Wait()
	candidates := slices.Concat(found[0], found[1], found[2])
	var unique []Candidate
	for _, one := range candidates {
		if len(unique) < maxCandidates && !slices.ContainsFunc(unique,
			func(u Candidate) bool { return u.Server == one.Server && u.Port == one.Port }) {
			unique = append(unique, one)
		}
	}
	return unique, errors.Join(failed[:]...)
}

// published asks for a service of the domain. The resolver sorts by priority and weight (RFC 2782); the target "." says
// that the service is not offered (RFC 6186 section 3.4).
func published(ctx context.Context, resolver Resolver, service string, source Source,
	domain string) ([]Candidate, error) {
	_, records, err := resolver.LookupSRV(ctx, service, "tcp", domain)
	if err != nil && len(records) == 0 {
		return nil, unlessNotFound(err)
	}
	var found []Candidate
	for _, one := range records {
		if target := strings.TrimSuffix(one.Target, "."); target != "" && one.Port != 0 {
			found = append(found, Candidate{Server: target, Port: int(one.Port), Source: source})
		}
	}
	return found, nil
}

// byExchange asks who takes mail for the domain.
func byExchange(ctx context.Context, resolver Resolver, domain string) ([]Candidate, error) {
	records, err := resolver.LookupMX(ctx, domain)
	if err != nil && len(records) == 0 {
		return nil, unlessNotFound(err)
	}
	for _, one := range records {
		if known, ok := provider.OfExchange(one.Host); ok && known.Server != "" {
			return []Candidate{{Server: known.Server, Port: known.Port, Source: SourceExchange, Provider: known.Name}}, nil
		}
	}
	return nil, nil
}

func unlessNotFound(err error) error {
	var failure *net.DNSError
	if errors.As(err, &failure) && failure.IsNotFound {
		return nil
	}
	return ErrNoDNS
}
