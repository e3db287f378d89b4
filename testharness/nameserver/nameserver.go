// Package nameserver is a name server for tests, on loopback, over UDP and TCP: it answers from a zone, and can be as
// unhelpful as real ones are.
package nameserver

import (
	"encoding/binary"
	"errors"
	"io"
	"math"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/net/dns/dnsmessage"
)

// Zone is what the server knows, by question such as "TXT example.com" and "MX *.example.com". A name under "*" stands
// for all names below that have no entry of their own. What is not there does not exist.
type Zone map[string][]string

// Faults are names that are answered in another way.
type Faults struct {
	// Silent names are not answered, Refused ones with SERVFAIL.
	Silent, Refused []string
	// Truncated names are cut off over UDP; NoTCP has the server not answer over TCP.
	Truncated []string
	NoTCP     bool
}

// Server is a running server.
type Server struct {
	address netip.AddrPort
	zone    Zone
	faults  Faults
	udp     net.PacketConn
	tcp     net.Listener

	mu    sync.Mutex
	asked []string
}

// Start starts a server. Close ends it.
func Start(zone Zone, faults Faults) (*Server, error) {
	var failed error
	for range 10 { // A port that is free for UDP need not be for TCP.
		udp, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		address := udp.LocalAddr().(*net.UDPAddr).AddrPort()
		tcp, err := net.Listen("tcp", address.String())
		if err != nil {
			failed = err
			_ = udp.Close()
			continue
		}
		s := &Server{address: address, zone: zone, faults: faults, udp: udp, tcp: tcp}
		if faults.NoTCP {
			_ = tcp.Close()
		} else {
			go s.serveTCP()
		}
		go s.serveUDP()
		return s, nil
	}
	return nil, failed
}

// Address is where it answers.
func (s *Server) Address() string { return s.address.String() }

// Replace has it answer from another zone from now on.
func (s *Server) Replace(zone Zone) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.zone = zone
}

func (s *Server) zones() Zone {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.zone
}

// Asked are the questions so far.
func (s *Server) Asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.asked...)
}

// Close ends the server.
func (s *Server) Close() { _ = errors.Join(s.udp.Close(), s.tcp.Close()) }

const largest = 4096

func (s *Server) serveUDP() {
	buffer := make([]byte, largest)
	for {
		n, from, err := s.udp.ReadFrom(buffer)
		if err != nil {
			return
		}
		if answer := s.answer(buffer[:n], true); answer != nil {
			_, _ = s.udp.WriteTo(answer, from)
		}
	}
}

func (s *Server) serveTCP() {
	for {
		conn, err := s.tcp.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			for {
				var length uint16
				if binary.Read(conn, binary.BigEndian, &length) != nil {
					return
				}
				question := make([]byte, length)
				if _, err := io.ReadFull(conn, question); err != nil {
					return
				}
				answer := s.answer(question, false)
				if answer == nil {
					return
				}
				length = uint16(min(len(answer), math.MaxUint16))
				_, _ = conn.Write(append(binary.BigEndian.AppendUint16(nil, length), answer...))
			}
		}()
	}
}

// answer is the packed answer; nil for none.
func (s *Server) answer(packed []byte, overUDP bool) []byte {
	var question dnsmessage.Message
	if question.Unpack(packed) != nil || len(question.Questions) != 1 {
		return nil
	}
	asked := question.Questions[0]
	name := strings.ToLower(strings.TrimSuffix(asked.Name.String(), "."))
	kind := strings.TrimPrefix(asked.Type.String(), "Type")
	s.mu.Lock()
	s.asked = append(s.asked, kind+" "+name)
	s.mu.Unlock()
	reply := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: question.ID, Response: true, RecursionAvailable: true},
		Questions: question.Questions,
	}
	switch {
	case has(s.faults.Silent, name):
		return nil
	case has(s.faults.Refused, name):
		reply.RCode = dnsmessage.RCodeServerFailure
	case overUDP && has(s.faults.Truncated, name):
		reply.Truncated = true
	default:
		s.fill(&reply, kind, name, asked)
	}
	answer, err := reply.Pack()
	if err != nil {
		return nil
	}
	if overUDP && len(answer) > 512 {
		reply.Answers, reply.Truncated = nil, true
		answer, _ = reply.Pack()
	}
	return answer
}

func has(names []string, name string) bool {
	for _, one := range names {
		if one == name {
			return true
		}
	}
	return false
}

// fill puts the answer in, following an alias.
func (s *Server) fill(reply *dnsmessage.Message, kind, name string, asked dnsmessage.Question) {
	for range 8 {
		known, there := s.find(name)
		if !there {
			reply.RCode = dnsmessage.RCodeNameError
			return
		}
		if alias := known["CNAME"]; len(alias) > 0 && kind != "CNAME" {
			s.add(reply, "CNAME", name, alias, dnsmessage.TypeCNAME)
			name = alias[0]
			continue
		}
		s.add(reply, kind, name, known[kind], asked.Type)
		return
	}
}

// find returns what there is of a name, by type, or of the nearest wildcard above it.
func (s *Server) find(name string) (map[string][]string, bool) {
	for owner := name; ; {
		found := map[string][]string{}
		for key, values := range s.zones() {
			kind, of, _ := strings.Cut(key, " ")
			if strings.EqualFold(of, owner) {
				found[kind] = values
			}
		}
		if len(found) > 0 {
			return found, true
		}
		_, above, more := strings.Cut(strings.TrimPrefix(owner, "*."), ".")
		if !more {
			return nil, false
		}
		owner = "*." + above
	}
}

func (s *Server) add(reply *dnsmessage.Message, kind, name string, values []string, class dnsmessage.Type) {
	for _, value := range values {
		body, err := bodyOf(kind, value)
		if err != nil {
			panic(err) // A zone that is wrong is an error of the test.
		}
		reply.Answers = append(reply.Answers, dnsmessage.Resource{Header: dnsmessage.ResourceHeader{
			Name: dnsmessage.MustNewName(name + "."), Type: class, Class: dnsmessage.ClassINET, TTL: 60}, Body: body})
	}
}

// bodyOf reads a value: "10 mx.example.com" for MX, an address for A and AAAA, a name for CNAME and PTR, and a text, in
// strings of 200 bytes, for TXT.
func bodyOf(kind, value string) (dnsmessage.ResourceBody, error) {
	switch kind {
	case "TXT":
		var strs []string
		for ; len(value) > 200; value = value[200:] {
			strs = append(strs, value[:200])
		}
		return &dnsmessage.TXTResource{TXT: append(strs, value)}, nil
	case "MX":
		preference, host, _ := strings.Cut(value, " ")
		pref, err := strconv.ParseUint(preference, 10, 16)
		if err != nil {
			return nil, err
		}
		name, err := dnsmessage.NewName(strings.TrimSuffix(host, ".") + ".")
		return &dnsmessage.MXResource{Pref: uint16(pref), MX: name}, err
	case "CNAME", "PTR":
		name, err := dnsmessage.NewName(value + ".")
		if kind == "PTR" {
			return &dnsmessage.PTRResource{PTR: name}, err
		}
		return &dnsmessage.CNAMEResource{CNAME: name}, err
	}
	address, err := netip.ParseAddr(value)
	if err != nil {
		return nil, err
	}
	if address.Is4() {
		return &dnsmessage.AResource{A: address.As4()}, nil
	}
	return &dnsmessage.AAAAResource{AAAA: address.As16()}, nil
}
