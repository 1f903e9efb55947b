"""What tests of `gapless serve` need: a daemon that is ready, and stopped as systemd does."""
from __future__ import annotations

import signal
import subprocess

from harness import CommandTest

NOW = '2026-03-21T12:00:00Z'
OFF = {'GAPLESS_SCHEDULE_BACKFILL': 'off', 'WEB_PREAGGREGATED_HISTORICAL_DAILY_CRON_SCHEDULE': 'off',
       'WEB_PREAGGREGATED_INTRA_DAY_HOURLY_CRON_SCHEDULE': 'off'}


class DaemonTest(CommandTest):
    """A data directory that a daemon serves now and then."""

    def serve(self, *options: str, listen: str = '127.0.0.1:0', says: bytes = b'serving ', **variables: str) -> subprocess.Popen[bytes]:
        """A daemon that is ready, as its first line says. No job runs by the clock unless `variables` say so."""
        daemon = self.start('serve', '--listen', listen, *options, **({'GAPLESS_NOW': NOW} | OFF | variables))
        assert daemon.stdout is not None
        self.assertIn(says, daemon.stdout.readline())
        return daemon

    def stop(self, daemon: subprocess.Popen[bytes]) -> str:
        """Stops it; returns its log."""
        daemon.send_signal(signal.SIGTERM)
        _, log = daemon.communicate(timeout=30)
        self.assertEqual(daemon.returncode, 0, log.decode())
        self.assertFalse((self.data / 'daemon.sock').exists())
        self.assertFalse((self.data / 'daemon.json').exists())
        return log.decode()
