// Package hostile is a settings plugin that lies: for the tests of whatever uses the answers of a plugin. It speaks
// gRPC over a socket and answers each call as it is told to, truthfully or with a lie. There is a lie for every field
// of every message, made from their descriptors, so a field that is new to the contract is lied in as well.
package hostile

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// Plugin is a running plugin. It may be used concurrently.
type Plugin struct {
	// Address is where it listens, for host.WithAttached.
	Address string

	server *grpc.Server
	mu     sync.Mutex
	lie    Lie
	said   [][]byte // the messages of the lie
	truth  map[string]Lie
}

// Lie is what is answered to one call in place of the truth.
type Lie struct {
	// Method is the name of the call, such as "Load".
	Method string
	// Name says what is wrong with the answer.
	Name string

	messages func() [][]byte // made when they are told, for all of them together are large
	endless  bool            // the messages are sent again and again
	err      error
}

// Serve runs a plugin that tells the truth. Its socket is in a new directory, whose path is short enough for one.
func Serve() (*Plugin, error) {
	directory, err := os.MkdirTemp("", "h")
	if err != nil {
		return nil, err
	}
	path := filepath.Join(directory, "s")
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "unix", path)
	if err != nil {
		return nil, err
	}
	p := &Plugin{Address: "unix:" + path, truth: truth()}
	p.server = grpc.NewServer(grpc.UnknownServiceHandler(p.answer), grpc.ForceServerCodec(rawCodec{}))
	go func() { _ = p.server.Serve(listener) }()
	return p, nil
}

// Close ends the plugin.
func (p *Plugin) Close() {
	p.server.Stop()
	_ = os.RemoveAll(filepath.Dir(strings.TrimPrefix(p.Address, "unix:")))
}

// Tell has the plugin tell the lie until it is told another one. The zero Lie is the truth.
func (p *Plugin) Tell(lie Lie) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.lie, p.said = lie, nil; lie.messages != nil {
		p.said = lie.messages()
	}
}

func (p *Plugin) told(method string) (lie Lie, messages [][]byte, known bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.lie.Method == method {
		return p.lie, p.said, true
	}
	if lie, known = p.truth[method]; known {
		messages = lie.messages()
	}
	return lie, messages, known
}

// answer answers every call of every service.
func (p *Plugin) answer(_ any, stream grpc.ServerStream) error {
	full, _ := grpc.MethodFromServerStream(stream)
	method := full[strings.LastIndexByte(full, '/')+1:]
	var request []byte
	if err := stream.RecvMsg(&request); err != nil {
		return err
	}
	answer, messages, known := p.told(method)
	if !known {
		return status.Error(codes.Unimplemented, method)
	}
	for {
		for i := range messages {
			if err := stream.SendMsg(&messages[i]); err != nil {
				return err
			}
		}
		if !answer.endless {
			return answer.err
		}
	}
}

// rawCodec sends bytes as they are: what is not UTF-8 could not be marshalled.
type rawCodec struct{}

func (rawCodec) Name() string { return "proto" }

func (rawCodec) Marshal(message any) ([]byte, error) { return *message.(*[]byte), nil }

func (rawCodec) Unmarshal(data []byte, message any) error {
	*message.(*[]byte) = append([]byte(nil), data...)
	return nil
}

// says is an answer of messages.
func says(method, name string, messages ...proto.Message) Lie {
	return Lie{Method: method, Name: name, messages: func() [][]byte { return encoded(messages) }}
}

func encoded(messages []proto.Message) [][]byte {
	var list [][]byte
	for _, message := range messages {
		one, err := proto.Marshal(message)
		if err != nil {
			panic(err) // A defect of this package.
		}
		list = append(list, one)
	}
	return list
}

// healthy is the answer to the health check of go-plugin.
func healthy() Lie {
	return says("Check", "", &grpc_health_v1.HealthCheckResponse{Status: grpc_health_v1.HealthCheckResponse_SERVING})
}
