package host

import (
	"cmp"
	"context"
	"html/template"
	"net/http"
	"net/url"
	"time"

	"github.com/hashicorp/go-hclog"
	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc"

	"github.com/smtp-settings/smtp-settings/host/internal/process"
	"github.com/smtp-settings/smtp-settings/shared"
)

// Option changes how a Host works.
type Option func(*options)

type options struct {
	logger        hclog.Logger
	authorize     func(*http.Request) (actor string, err error)
	permissions   func(*http.Request) Permissions
	prerequisites map[string]func(context.Context) error
	layout        Layout
	language      func(*http.Request) string
	paths         func(*http.Request) (settings, notifications string)
	dataDir       string // empty means that of plugin.hcl
	pluginName    string
	policy        RestartPolicy
	health        HealthCheck
	healthChanged func(context.Context, shared.Health) // nil when nobody wants to know
	dialOptions   []grpc.DialOption
	testLimit     TestLimit
	startLimit    time.Duration
	background    bool // Open does not wait for the first start
	passive       bool
	attached      string       // address of a plugin that runs already
	tracer        trace.Tracer // nil when nothing is traced

	publicURL      *url.URL
	trustedOrigins []string
	theme          string
	invalid        error // of an option that cannot be used
}

func defaults() options {
	return options{
		logger:        hclog.NewNullLogger(),
		prerequisites: map[string]func(context.Context) error{},
		policy: RestartPolicy{
			First: 250 * time.Millisecond, Longest: 30 * time.Second, Crashes: 5, Within: 10 * time.Minute,
		},
		health:     HealthCheck{Every: time.Second, Patience: 3 * time.Second},
		startLimit: 10 * time.Second,
		testLimit:  TestLimit{Every: 6 * time.Second, Burst: 10},
	}
}

// WithLogger sends the host's and the plugin's log to the logger. Without it nothing is logged.
func WithLogger(logger hclog.Logger) Option { return func(o *options) { o.logger = logger } }

// WithAuthorize decides who may use the page. authorize is called for every request, concurrently; it returns the
// name of the actor, or an error to turn the request away. Without it the handlers answer every request with
// ErrNoAuthorize.
func WithAuthorize(authorize func(*http.Request) (actor string, err error)) Option {
	return func(o *options) { o.authorize = authorize }
}

// Permissions are what a reader may do on the pages. The zero value is nothing at all.
type Permissions struct {
	// View shows the settings, their history, and the notifications without their texts. Without it nothing else counts.
	View bool
	// Change tests and saves settings, and goes back to old ones: with it one can have the plugin connect to wherever the
	// form says.
	Change bool
	// Operate retries, cancels and sets notifications aside, releases those that are held, and restarts the plugin.
	Operate bool
	// ReadText is for the texts of notifications. No page shows them yet.
	ReadText bool
}

// WithPermissions decides what a reader may do. permissions is called for every request that WithAuthorize lets
// through, concurrently. What is not permitted is refused with status 403, and the pages do not offer it. Without it a
// reader may do everything but ReadText.
func WithPermissions(permissions func(*http.Request) Permissions) Option {
	return func(o *options) { o.permissions = permissions }
}

// WithPrerequisite shows the live state of the prerequisite that the plugin declares under the id: check returns
// nil when it is met. It is called with a deadline, concurrently, at every rendering of the page and every few
// seconds while the page is open.
func WithPrerequisite(id string, check func(context.Context) error) Option {
	return func(o *options) { o.prerequisites[id] = check }
}

// WithProcessingServer tells the page whether the Processing Server is running.
func WithProcessingServer(check func(context.Context) error) Option {
	return WithPrerequisite("processing_server", check)
}

// WithLanguage says in which language a reader wants the page: a BCP 47 tag, or nothing for what the browser asks
// for. The page speaks English, German, French, Spanish, Portuguese, Russian, Japanese and Chinese; another
// language means English.
func WithLanguage(language func(*http.Request) string) Option {
	return func(o *options) { o.language = language }
}

// Layout writes a page in the Console's frame. It must not add scripts or styles inline: the content security policy
// forbids them. It is called concurrently.
type Layout func(w http.ResponseWriter, r *http.Request, content Content) error

// Content is a rendered page without its frame.
type Content struct {
	Title string
	// Language is the BCP 47 tag of the page's language.
	Language string
	// Head belongs into the head element, Body into the body.
	Head, Body template.HTML
}

// WithLayout puts the page into the Console's own frame. Without it the page is a document of its own.
func WithLayout(layout Layout) Option { return func(o *options) { o.layout = layout } }

// WithDataDir overrides config.data_dir of plugin.hcl. A relative path starts from the working directory; an empty one
// changes nothing.
func WithDataDir(directory string) Option {
	return func(o *options) { o.dataDir = directory }
}

// WithPassivePlugin has the plugin answer calls but start no service of its own, such as the delivery of notifications.
// It is for programs that look something up and end.
func WithPassivePlugin() Option { return func(o *options) { o.passive = true } }

// WithPluginName makes Open fail unless plugin.hcl declares the plugin of this name.
func WithPluginName(name string) Option { return func(o *options) { o.pluginName = name } }

// WithDialOptions adds options to the gRPC connection with the plugin, such as a stats handler. Requests carry secrets
// that the administrator has typed: an interceptor must not log them.
func WithDialOptions(dialOptions ...grpc.DialOption) Option {
	return func(o *options) { o.dialOptions = append(o.dialOptions, dialOptions...) }
}

// WithTracerProvider makes an OpenTelemetry span of every call to the plugin: tests, saves, notifications. Each attempt
// to deliver a notification becomes a span below that of handing it over, with a span for each step on the way to the
// server. Spans hold names, identifiers and how it ended, never what was sent or to whom.
func WithTracerProvider(provider trace.TracerProvider) Option {
	return func(o *options) {
		o.tracer = provider.Tracer("github.com/smtp-settings/smtp-settings/host")
		handler := otelgrpc.NewClientHandler(otelgrpc.WithTracerProvider(provider))
		WithDialOptions(grpc.WithStatsHandler(handler))(o)
	}
}

// TestLimit is how often one actor may test: a burst at once, then one test in each period. A test is a login
// attempt and a connection to wherever the actor says.
type TestLimit struct {
	Every time.Duration // 0 does not limit tests
	Burst int           // less than 1 means 1
}

// WithTestLimit limits how often one actor may test; the default is a burst of ten and then one test every six seconds.
func WithTestLimit(limit TestLimit) Option { return func(o *options) { o.testLimit = limit } }

// WithStartLimit limits how long the plugin may take to get ready after its process was started, and again to
// answer the first calls, by which it describes itself and its form. A plugin that takes longer is ended, and the
// start has failed. The default, which zero and less mean as well, is ten seconds.
func WithStartLimit(limit time.Duration) Option {
	return func(o *options) {
		if limit > 0 {
			o.startLimit = limit
		}
	}
}

// WithStartInBackground has Open return before the plugin has started, so that a Console comes up while its plugin
// cannot start yet. The start is tried until it succeeds, with the delays of the restart policy. Meanwhile calls
// fail with shared.ErrPluginUnavailable, Status says why, and the handler serves a page that says so with the last
// lines of the log, and becomes the form when the plugin runs. A plugin.hcl that cannot be read is an error of Open
// all the same.
func WithStartInBackground() Option { return func(o *options) { o.background = true } }

// WithAttached has the host use a plugin that runs already, such as one in a debugger, instead of starting the
// binary of plugin.hcl. address is where the plugin listens, as its handshake says it: unix:/path. The host does
// not end the plugin, does not ask whether it still answers, and gives its calls an hour, for it may stand at a
// breakpoint. The connection is not encrypted. It works on Linux only.
func WithAttached(address string) Option {
	return func(o *options) {
		o.attached = address
		o.health = HealthCheck{Every: process.AttachedLimit, Patience: process.AttachedLimit}
	}
}

// HealthCheck says how often the plugin is asked whether it still answers, and how long it may take. A plugin that does
// not answer is killed and restarted. A zero field means the default beside it.
type HealthCheck struct {
	Every, Patience time.Duration // 1 s and 3 s
}

// WithHealthCheck replaces the default health check.
func WithHealthCheck(check HealthCheck) Option {
	return func(o *options) {
		o.health = HealthCheck{
			Every: cmp.Or(check.Every, o.health.Every), Patience: cmp.Or(check.Patience, o.health.Patience),
		}
	}
}
