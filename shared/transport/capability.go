package transport

import (
	"google.golang.org/grpc"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
)

// capabilities is all that the transport knows of the optional interfaces of the contract. A new one is a row here, its
// interface in package shared, and the file of its service, which has the host's side, the plugin's side and the
// conversion.
var capabilities = []capability{
	row(shared.CapabilityHistory, implements[shared.SettingsHistory],
		settingsv1.RegisterSettingsHistoryServiceServer, serveHistory, connectHistory),
	row(shared.CapabilityKeyRotation, implements[shared.KeyRotator],
		settingsv1.RegisterKeyRotationServiceServer, serveKeyRotator, connectKeyRotator),
	row(shared.CapabilityActions, implements[shared.ActionRunner],
		settingsv1.RegisterActionServiceServer, serveActionRunner, connectActionRunner),
	row(shared.CapabilityMigration, implements[shared.Migrator],
		settingsv1.RegisterMigrationServiceServer, serveMigrator, connectMigrator),
	row(shared.CapabilityHealth, implements[shared.HealthReporter],
		settingsv1.RegisterHealthServiceServer, serveHealthReporter, connectHealthReporter),
	row(shared.CapabilityDrain, implements[shared.Drainer],
		settingsv1.RegisterDrainServiceServer, serveDrainer, connectDrainer),
	row(shared.CapabilityNotifier, notifierOf,
		settingsv1.RegisterNotifierServiceServer, serveNotifier, connectNotifier),
	row(shared.CapabilityDeliveryReports, deliveryReporterOf,
		settingsv1.RegisterDeliveryReportServiceServer, serveDeliveryReporter, connectDeliveryReporter),
	row(shared.CapabilityHeld, heldReleaserOf,
		settingsv1.RegisterHeldServiceServer, serveHeldReleaser, connectHeldReleaser),
	row(shared.CapabilityLookNow, serverLookerOf,
		settingsv1.RegisterLookServiceServer, serveServerLooker, connectServerLooker),
	row(shared.CapabilityNotificationOperator, notificationOperatorOf,
		settingsv1.RegisterNotificationOperatorServiceServer, serveNotificationOperator, connectNotificationOperator),
}

// Capabilities returns the names of all that this version of the contract has beside the page; see
// [shared.Info.Capabilities].
func Capabilities() []string {
	return each(capabilities, func(row capability) string { return row.name })
}

// capability is one row: an optional interface and how it is carried.
type capability struct {
	// name announces it in [shared.Info.Capabilities].
	name string
	// register serves it when the page offers it, and reports that.
	register func(grpc.ServiceRegistrar, shared.SettingsPage) bool
	// connect makes the host's side, which has the same interface.
	connect func(*client) any
}

// row makes the row of the optional interface I. offer returns the I of a page, and whether there is one; register is
// the generated function for the service, whose plugin's side serve makes and whose host's side connect makes.
func row[I, Service any](
	name string, offer func(shared.SettingsPage) (I, bool),
	register func(grpc.ServiceRegistrar, Service), serve func(I) Service, connect func(*client) I,
) capability {
	return capability{
		name: name,
		register: func(server grpc.ServiceRegistrar, page shared.SettingsPage) bool {
			offered, ok := offer(page)
			if ok {
				register(server, serve(offered))
			}
			return ok
		},
		connect: func(c *client) any { return connect(c) },
	}
}

// implements takes the page itself, when it implements the interface.
func implements[I any](page shared.SettingsPage) (I, bool) {
	offered, ok := page.(I)
	return offered, ok
}

// notifierOf takes what the page's method Notifier returns, nil for a page that has none at present.
func notifierOf(page shared.SettingsPage) (shared.Notifier, bool) {
	has, ok := page.(interface{ Notifier() shared.Notifier })
	if !ok {
		return nil, false
	}
	notifier := has.Notifier()
	return notifier, notifier != nil
}

// deliveryReporterOf takes the page's notifier, when it reports.
func deliveryReporterOf(page shared.SettingsPage) (shared.DeliveryReporter, bool) {
	notifier, _ := notifierOf(page)
	reporter, ok := notifier.(shared.DeliveryReporter)
	return reporter, ok
}

// heldReleaserOf takes the page's notifier, when it releases what it holds.
func heldReleaserOf(page shared.SettingsPage) (shared.HeldReleaser, bool) {
	notifier, _ := notifierOf(page)
	releaser, ok := notifier.(shared.HeldReleaser)
	return releaser, ok
}

// serverLookerOf takes the page's notifier, when it can be told to try the server.
func serverLookerOf(page shared.SettingsPage) (shared.ServerLooker, bool) {
	notifier, _ := notifierOf(page)
	looker, ok := notifier.(shared.ServerLooker)
	return looker, ok
}

// notificationOperatorOf takes the page's notifier, when it can be operated.
func notificationOperatorOf(page shared.SettingsPage) (shared.NotificationOperator, bool) {
	notifier, _ := notifierOf(page)
	operator, ok := notifier.(shared.NotificationOperator)
	return operator, ok
}
