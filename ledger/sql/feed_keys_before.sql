-- Keys of feeds that are wrapped under an earlier epoch. epoch.
SELECT root, epoch, wrapped FROM feed_lists WHERE epoch < %(epoch)s
