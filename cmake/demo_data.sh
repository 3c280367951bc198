# Sourced by demo.sh after fetch.sh: finds images to train on. Sets `recipe` and `data`, the folder to train from.
# shellcheck shell=bash disable=SC2034,SC2154

cifar_archive=cifar-10-binary.tar.gz
cifar_address=https://www.cs.toronto.edu/~kriz/$cifar_archive
cifar_sha256=c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd
mkdir -p "$cache/data"

# unpack_into FOLDER ARCHIVE..: all of them, or no folder at all.
unpack_into() {
  local folder=$1 archive work
  shift
  work=$(mktemp -d "$cache/data/.unpack.XXXXXX")
  for archive in "$@"; do
    say "unpacking $archive"
    tar -xf "$archive" -C "$work" || { rm -rf "$work"; return 1; }
  done
  rm -rf "$folder"
  mv "$work" "$folder"
}

# CIFAR-10 in a folder: class folders, archives of class folders, or the official binary version.
cifar10_in() {
  local folder=$1 unpacked=$cache/data/cifar10 official=$cache/data/cifar10-official
  [[ -d $folder ]] || return 1
  if [[ -d $folder/train && -d $folder/test ]]; then
    data=$folder
  elif [[ -f $folder/cifar10-train.tar.zst && -f $folder/cifar10-test.tar.zst ]]; then
    [[ -d $unpacked ]] || unpack_into "$unpacked" "$folder"/cifar10-{train,test}.tar.zst || return 1
    data=$unpacked
  elif [[ -f $folder/cifar-10-batches-bin/test_batch.bin ]]; then
    data=$folder/cifar-10-batches-bin
  elif [[ -f $folder/$cifar_archive ]]; then
    unpack_into "$official" "$folder/$cifar_archive" || return 1
    data=$official/cifar-10-batches-bin
  else
    return 1
  fi
  recipe=cifar10
}

# The official archive goes where the next run looks for it. A broken download is continued.
download_cifar10() {
  local part=$cache/data/.$cifar_archive.part
  say "no CIFAR-10 in HILO_DATA_DIR or $cache/data; downloading $cifar_address"
  if ! curl --fail --location --silent --show-error --connect-timeout 15 --continue-at - \
    --output "$part" "$cifar_address"; then
    say "the official archive cannot be reached"
    return 1
  fi
  if ! has_sha256 "$part" "$cifar_sha256"; then
    say "the download is not the official archive (its hash differs); it is thrown away"
    rm -f "$part"
    return 1
  fi
  mv "$part" "$cache/data/$cifar_archive"
}

# Debian carries Fashion-MNIST; its package is unpacked, not installed.
fashion_mnist() {
  local inside=usr/share/datasets/fashion-mnist folder=$cache/data/fashion-mnist work
  local last=train-labels-idx1-ubyte.gz
  recipe=fashion_mnist data=$folder
  [[ ! -f /$inside/$last ]] || data=/$inside
  [[ ! -f $data/$last ]] || return 0
  say "fetching Debian's package dataset-fashion-mnist"
  work=$(mktemp -d "$cache/data/.unpack.XXXXXX")
  if ! (cd "$work" && download_package dataset-fashion-mnist >log 2>&1 && dpkg -x ./*.deb .); then
    tail -n 3 "$work/log" >&2
    rm -rf "$work"
    return 1
  fi
  rm -rf "$folder"
  mv "$work/$inside" "$folder"
  rm -rf "$work"
}

download_package() {
  apt-get -q download "$1" || { can_be_root && as_root apt-get -q update && apt-get -q download "$1"; }
}

find_data() {
  ! cifar10_in "${HILO_DATA_DIR:-}" || return 0
  ! cifar10_in "$cache/data" || return 0
  ! cifar10_in "$cache/data/cifar10" || return 0
  if download_cifar10 && cifar10_in "$cache/data"; then return 0; fi
  say "training the same network on Fashion-MNIST instead of CIFAR-10"
  if ! fashion_mnist; then
    say "found no images to train on. Set HILO_DATA_DIR to a folder that holds $cifar_archive,"
    say "or train/ and test/ folders with a folder of pictures a class"
    return 1
  fi
}
