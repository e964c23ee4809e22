"""A vendor, a log of builds, some rebuilders, and Alice with a real profile on disk.

    source ──► build ──► signed ──► Channel ──► Alice's updater ──► runs beside her profile

Whoever is given a channel decides what is in it, and has what a build of his leaves behind. The
vendor's key, the log and Alice's passphrase are not in it.
"""

from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from doorless_lab.doors import on_disk
from doorless_lab.leakscan import draw_marker
from doorless_lab.products.mandated import update
from doorless_lab.products.mandated.update import Policy, RefusedUpdateError, Release, Signed
from doorless_lab.scenario import Scene
from doorless_lab.words import Words
from doorless_protocol.primitives import ed25519_public, sha256

MESSAGES = 6
REBUILDERS = 3


@dataclass
class Channel:
    """By which a program reaches one person, or everybody; Alice is at its end.

    Attributes:
        release: what is on offer.
        source: published as what it was built from.
        profile: folder of the device on which it runs once it was taken.
        installed: folder in which it ran; None: it was not taken.
    """

    release: Release
    source: update.Source = field(repr=False)
    profile: Path
    installed: Path | None = None

    @property
    def left_behind(self) -> bytes:
        """What the build put aside for whoever made it; empty: nothing."""
        return b"" if self.installed is None else update.stolen(self.installed)


class Workshop:
    """All that is honest here; of the rebuilders some are not, as the settings say."""

    def __init__(self, scene: Scene) -> None:
        self._scene, self._numbers = scene, count()
        self._vendor = scene.random(32)
        self.source = update.client_source()
        self.clean = update.build(self.source)
        self._log = update.BuildLog(scene.random(32))
        self._log.add(sha256(self.clean))
        dishonest = scene.settings["dishonest"]
        self._rebuilders = [
            update.Rebuilder(scene.random(32), honest=number >= dishonest)
            for number in range(REBUILDERS)
        ]
        self.updater = update.Updater(
            ed25519_public(self._vendor),
            self._log,
            [ed25519_public(each.seed) for each in self._rebuilders],
            scene.settings["threshold"],
        )
        self._passphrase = draw_marker("passphrase", scene.random)
        self._home = scene.folder / "alice"
        self.markers, _ = on_disk.make(scene, self._home, self._passphrase, MESSAGES)

    def signed(self, package: bytes) -> Release:
        return Release(package, Signed.sign(self._vendor, sha256(package)))

    def channel(self) -> Channel:
        """As it is while nobody interferes: what is on offer is the clean build."""
        return Channel(self.signed(self.clean), self.source, self._home)

    def log(self, channel: Channel) -> None:
        """What everybody is given is put down for all to see."""
        self._log.add(channel.release.digest)

    def rebuild(self, channel: Channel) -> list[bytes]:
        """What each rebuilder got out of the published source; the release has their word then."""
        release = channel.release
        results = [each.rebuild(channel.source, release.digest) for each in self._rebuilders]
        channel.release = replace(release, rebuilt=tuple(word for _, word in results))
        return [digest for digest, _ in results]

    def offered(self, channel: Channel, policy: Policy) -> Words | None:
        """Alice's updater asks what it asks; None: it took the build, and she opened her profile.

        Else why it did not.
        """
        channel.installed = None
        try:
            self.updater.check(channel.release, policy)
        except RefusedUpdateError as refusal:
            return refusal.why
        self.install(channel)
        return None

    def install(self, channel: Channel) -> None:
        """Alice takes what is on offer, and unlocks with it."""
        channel.installed = self._scene.folder / f"installed-{next(self._numbers)}"
        module = update.install(channel.release.package, channel.installed)
        module.unwrap((self._home / on_disk.KEY).read_bytes(), self._passphrase.text)
