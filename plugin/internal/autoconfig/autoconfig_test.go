package autoconfig

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/dns/dnsmessage"
)

// zone is what the name server of a test knows, by question such as "SRV _submissions._tcp.example.com.".
type zone map[string][]dnsmessage.ResourceBody

// resolver asks a name server on loopback that knows the zone; a nil zone never answers.
func (z zone) resolver(t *testing.T) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	go z.serve(conn)
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func (z zone) serve(conn net.PacketConn) {
	buffer := make([]byte, 4096)
	for {
		n, from, err := conn.ReadFrom(buffer)
		if err != nil {
			return
		}
		var question dnsmessage.Message
		if z == nil || question.Unpack(buffer[:n]) != nil {
			continue
		}
		answer, err := z.answer(question).Pack()
		if err == nil {
			_, _ = conn.WriteTo(answer, from)
		}
	}
}

func (z zone) answer(question dnsmessage.Message) *dnsmessage.Message {
	asked := question.Questions[0]
	reply := &dnsmessage.Message{
		Header:    dnsmessage.Header{ID: question.ID, Response: true, RecursionAvailable: true},
		Questions: question.Questions,
	}
	bodies, known := z[strings.TrimPrefix(asked.Type.String(), "Type")+" "+asked.Name.String()]
	if !known {
		reply.RCode = dnsmessage.RCodeNameError
	}
	for _, body := range bodies {
		reply.Answers = append(reply.Answers, dnsmessage.Resource{
			Header: dnsmessage.ResourceHeader{Name: asked.Name, Type: asked.Type, Class: dnsmessage.ClassINET, TTL: 60},
			Body:   body,
		})
	}
	return reply
}

func srv(priority, port uint16, target string) dnsmessage.ResourceBody {
	return &dnsmessage.SRVResource{Priority: priority, Port: port, Target: dnsmessage.MustNewName(target)}
}

func mx(host string) dnsmessage.ResourceBody {
	return &dnsmessage.MXResource{Pref: 10, MX: dnsmessage.MustNewName(host)}
}

// TestFind looks for the servers of domains that say it in different ways, or not at all.
func TestFind(t *testing.T) {
	for name, c := range map[string]struct {
		domain string
		zone   zone
		want   []Candidate
	}{
		"a provider's own domain is not asked for": {"Gmail.com", nil,
			[]Candidate{{"smtp.gmail.com", 465, SourceProvider, "Gmail"}}},
		"encrypted from the start comes first": {"example.com", zone{
			"SRV _submission._tcp.example.com.":  {srv(0, 587, "mail.example.com.")},
			"SRV _submissions._tcp.example.com.": {srv(20, 465, "second.example.com."), srv(10, 465, "first.example.com.")},
		}, []Candidate{{"first.example.com", 465, SourceSubmissions, ""}, {"second.example.com", 465, SourceSubmissions, ""},
			{"mail.example.com", 587, SourceSubmission, ""}}},
		"not offered": {"example.com", zone{
			"SRV _submissions._tcp.example.com.": {srv(0, 0, ".")},
			"SRV _submission._tcp.example.com.":  {srv(0, 587, "mail.example.com.")},
		}, []Candidate{{"mail.example.com", 587, SourceSubmission, ""}}},
		"a provider takes the mail": {"example.com", zone{
			"MX example.com.": {mx("aspmx.l.google.com.")},
		}, []Candidate{{"smtp.gmail.com", 465, SourceExchange, "Gmail"}}},
		"Microsoft takes the mail": {"example.com", zone{
			"MX example.com.": {mx("example-com.mail.protection.outlook.com.")},
		}, []Candidate{{"smtp.office365.com", 587, SourceExchange, "Microsoft 365"}}},
		"another takes the mail": {"example.com", zone{"MX example.com.": {mx("mail.notgoogle.com.")}}, nil},
		"said twice": {"example.com",
			zone{"SRV _submissions._tcp.example.com.": {srv(0, 465, "smtp.gmail.com.")},
				"MX example.com.": {mx("aspmx.l.google.com.")}}, []Candidate{{"smtp.gmail.com", 465, SourceSubmissions, ""}}},
		"a name in another alphabet": {"bücher.example",
			zone{"SRV _submissions._tcp.xn--bcher-kva.example.": {srv(0, 465, "mail.xn--bcher-kva.example.")}},
			[]Candidate{{"mail.xn--bcher-kva.example", 465, SourceSubmissions, ""}}},
		"nothing is published":     {"example.com", zone{}, nil},
		"a name that cannot exist": {"exa mple..com", zone{}, nil},
		"more than can be looked over": {"example.com",
			zone{"SRV _submissions._tcp.example.com.": {srv(1, 465, "a.example.com."), srv(2, 465, "b.example.com."),
				srv(3, 465, "c.example.com."), srv(4, 465, "d.example.com."), srv(5, 465, "e.example.com.")}},
			[]Candidate{{"a.example.com", 465, SourceSubmissions, ""}, {"b.example.com", 465, SourceSubmissions, ""},
				{"c.example.com", 465, SourceSubmissions, ""}, {"d.example.com", 465, SourceSubmissions, ""}}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Find(t.Context(), c.zone.resolver(t), c.domain)
			if err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestNoDNS asks name servers that are silent, with a context that has ended.
func TestNoDNS(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var silent zone
	resolver := silent.resolver(t)
	cancel()
	if got, err := Find(ctx, resolver, "example.com"); !errors.Is(err, ErrNoDNS) || got != nil {
		t.Errorf("%v, %v", got, err)
	}
}
