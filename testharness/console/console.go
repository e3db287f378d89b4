// Package console is a stand-in for an Administration and Monitoring Console: its frame, its navigation, a switch for
// the Processing Server, practice mail servers and their inbox. It imports host as a real Console does.
package console

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/smtp-settings/smtp-settings/host"
	"github.com/smtp-settings/smtp-settings/shared"
)

// Options is what the Console needs.
type Options struct {
	// Listen is the address to listen on.
	Listen string
	// Actor is the name of the user of the Console; empty means "developer".
	Actor string
	// Open starts the plugin with the Console's options.
	Open func(...host.Option) (*host.Host, error)
	// Ready is called with the address when the Console answers.
	Ready func(address string)
}

//go:embed templates/*.html assets/*
var files embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"json": func(value any) (string, error) {
		encoded, err := json.Marshal(value)
		return string(encoded), err
	},
	"symbol": symbol,
}).ParseFS(files, "templates/*.html"))

// console is the running Console.
type console struct {
	actor             string
	host              *host.Host
	plugin            shared.Info
	practice          *practice
	processingStopped atomic.Bool
	stoppedAt         atomic.Int64
}

// frame is what every page of the Console shows around its content.
type frame struct {
	Title             string
	Path              string
	Actor             string
	Plugin            shared.Info
	SettingsPath      string
	Content           host.Content
	ProcessingStopped bool
	Practice          *practice // nil for a plugin that has nothing to do with mail
	HasNotifications  bool
	OnSettings        bool
	FirstVisit        bool // nothing has been saved yet
	Data              any
}

// notificationsPath is where the page of the notification service is mounted.
const notificationsPath = "/monitoring/notifications/"

// practised is the plugin for which there are practice servers.
const practised = "smtp"

// Run serves the Console until ctx ends.
func Run(ctx context.Context, options Options) error {
	c := &console{actor: options.Actor}
	if c.actor == "" {
		c.actor = "developer"
	}
	var err error
	if c.practice, err = startPractice(); err != nil {
		return err
	}
	defer c.practice.close()
	c.host, err = options.Open(
		host.WithAuthorize(func(*http.Request) (string, error) { return c.actor, nil }),
		host.WithProcessingServer(c.checkProcessingServer),
		host.WithLayout(c.layout),
		host.WithPaths(func(*http.Request) (settings, notifications string) { return c.settingsPath(), notificationsPath }),
		host.WithTestLimit(host.TestLimit{}), // It is for trying things out.
	)
	if err != nil {
		return err
	}
	defer c.host.Close()
	info, err := c.host.Page().Info(ctx)
	if err != nil {
		return err
	}
	c.plugin = info
	listener, err := net.Listen("tcp", options.Listen)
	if err != nil {
		return fmt.Errorf("%w; choose another address with --listen, such as --listen 127.0.0.1:0 for a free port", err)
	}
	server := &http.Server{Handler: c.routes(), ReadHeaderTimeout: 10 * time.Second,
		BaseContext: func(net.Listener) context.Context { return ctx }}
	stop := context.AfterFunc(ctx, func() {
		limited, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		_ = server.Shutdown(limited)
		_ = server.Close()
	})
	defer stop()
	options.Ready(listener.Addr().String())
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// settingsPath is where the plugin's page is mounted.
func (c *console) settingsPath() string { return "/settings/" + url.PathEscape(c.plugin.Name) + "/" }

func (c *console) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", http.RedirectHandler(c.settingsPath(), http.StatusSeeOther))
	mux.Handle("GET /assets/", http.FileServerFS(files))
	mux.Handle(c.settingsPath(), http.StripPrefix(strings.TrimSuffix(c.settingsPath(), "/"), c.host.Handler()))
	mux.HandleFunc("GET /favicon.ico", favicon)
	mux.HandleFunc("GET /monitoring/{$}", c.overview)
	if c.plugin.Offers(shared.CapabilityNotifier) {
		mux.Handle(notificationsPath, http.StripPrefix("/monitoring/notifications", c.host.NotificationsHandler()))
	}
	mux.Handle("GET /metrics", c.host.MetricsHandler())
	mux.Handle("GET /health", c.host.HealthHandler())
	mux.HandleFunc("GET /practice/inbox", c.inbox)
	mux.HandleFunc("GET /practice/inbox/html", c.mailHTML)
	mux.HandleFunc("POST /practice/inbox/clear", c.clearInbox)
	mux.HandleFunc("POST /monitoring/processing-server", c.switchProcessingServer)
	return refuseForeignNames(http.NewCrossOriginProtection().Handler(mux))
}

// refuseForeignNames answers only to addresses and to localhost. The practice Console asks nobody to sign in, so a web
// page that has its own name point here (DNS rebinding) must not reach it.
func refuseForeignNames(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := (&url.URL{Host: r.Host}).Hostname()
		if _, err := netip.ParseAddr(name); err != nil && name != "localhost" {
			http.Error(w, "The practice Console answers only under localhost or an IP address, not under "+strconv.Quote(name)+
				".", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (c *console) checkProcessingServer(context.Context) error {
	if c.processingStopped.Load() {
		return errors.New("stopped since " + time.Unix(c.stoppedAt.Load(), 0).Format("15:04:05"))
	}
	return nil
}

func (c *console) switchProcessingServer(w http.ResponseWriter, r *http.Request) {
	state := r.FormValue("state")
	stopped := state == "stopped"
	if !stopped && state != "running" {
		http.Error(w, "The state is stopped or running, not "+strconv.Quote(state)+".", http.StatusBadRequest)
		return
	}
	c.stoppedAt.Store(time.Now().Unix())
	c.processingStopped.Store(stopped)
	http.Redirect(w, r, "/monitoring/", http.StatusSeeOther)
}

// layout puts the plugin's page into the Console's frame.
func (c *console) layout(w http.ResponseWriter, r *http.Request, content host.Content) error {
	f := frame{Content: content, OnSettings: strings.HasPrefix(r.RequestURI, c.settingsPath())}
	if !f.OnSettings {
		f.Path = "notifications"
	} else if snapshot, err := c.host.Page().Load(r.Context(), shared.LoadRequest{}); err == nil {
		f.FirstVisit = snapshot.Revision.Number == 0
	}
	return templates.ExecuteTemplate(w, "frame", c.frame(content.Title, f))
}

func (c *console) frame(title string, f frame) frame {
	f.Title, f.Actor, f.ProcessingStopped = title, c.actor, c.processingStopped.Load()
	f.Plugin, f.SettingsPath, f.HasNotifications = c.plugin, c.settingsPath(), c.plugin.Offers(shared.CapabilityNotifier)
	if c.plugin.Name == practised {
		f.Practice = c.practice
	}
	return f
}

func (c *console) show(w http.ResponseWriter, title, name string, data any) {
	w.Header().Set("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	f := c.frame(title, frame{Data: data, Path: name})
	if err := templates.ExecuteTemplate(w, "frame", f); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}
