# Shared by ./quickstart and ./check: packages, whisper.cpp, the build. Sourced, not run.

# shellcheck shell=bash
say () { printf '%s: %s\n' "${0##*/}" "$*"; }
die () { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# Names of tools/packages.debian, and of the arguments, that dpkg does not have installed.
missing_packages ()
{
  local name
  { sed 's/#.*//' tools/packages.debian; printf '%s\n' "$@"; } | while read -r name; do
    [[ -z $name ]] ||
      [[ $(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null) == installed ]] ||
      echo "$name"
  done
}

# What a list of GPU backends needs beside. ROCm and CUDA come from their makers (docs/GPU.md).
gpu_packages ()
{
  [[ ,$1, != *,vulkan,* ]] || printf '%s\n' glslc libvulkan-dev mesa-vulkan-drivers spirv-headers
}

# usage: install_packages [NAME…]: those of the list, and NAMEs.
# As root: installs. As another user: shows the command, and asks. Without apt: lists.
install_packages ()
{
  local -a missing=() command
  local answer
  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    command -v meson >/dev/null && command -v ninja >/dev/null &&
      { (($# == 0)) || command -v glslc >/dev/null; } && return 0
    say "no apt here: install what these Debian packages hold, then run this again"
    cat tools/packages.debian
    printf '%s\n' "$@"
    exit 1
  fi
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  command=(apt-get install -y --no-install-recommends "${missing[@]}")
  if ((EUID != 0)); then
    say "these packages are missing; this command installs them:"
    echo "  sudo ${command[*]}"
    [[ -t 0 ]] || die 'run it, then run this again'
    read -r -p 'Run it now? [y/N] ' answer
    [[ $answer == [yY]* ]] || die 'nothing was installed'
    sudo apt-get update -qq && sudo "${command[@]}" || die 'apt could not install them'
    return
  fi
  say "installing ${#missing[@]} packages: ${missing[*]}"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive "${command[@]}" -qq; } >apt.log 2>&1 || {
    tail -5 apt.log >&2
    rm -f apt.log
    die 'apt could not install them: its last lines are above'
  }
  rm -f apt.log
}

# ROCm and CUDA install beside, and leave PATH alone.
PATH=$PATH:${ROCM_PATH:-/opt/rocm}/bin:/usr/local/cuda/bin

# Prints one line for each GPU: its vendor.
detect_gpus ()
{
  local card vendor
  for card in /sys/class/drm/card[0-9] /sys/class/drm/card[0-9][0-9]; do
    [[ -r $card/device/vendor ]] || continue
    read -r vendor <"$card/device/vendor"
    case $vendor in
      0x1002) echo amd ;;
      0x10de) echo nvidia ;;
      0x8086) echo intel ;;
    esac
  done
  if [[ -e /dev/kfd && ! -d /sys/class/drm/card0 ]]; then echo amd; fi
  if [[ -e /dev/nvidiactl && ! -d /sys/class/drm/card0 ]]; then echo nvidia; fi
}

# Whether ggml's Vulkan backend compiles here: its shader compiler, and headers that are new enough.
vulkan_builds ()
{
  command -v glslc >/dev/null && tools/vulkan-headers >/dev/null 2>&1
}

gpu_permitted () { compgen -G '/dev/dri/renderD*' >/dev/null && [[ -w $(compgen -G '/dev/dri/renderD*' | head -1) ]]; }

# Prints the backends that can be built for the GPUs here; says on standard error which GPU stays
# unused, why, and what to do.
choose_backends ()
{
  local gpu list=
  for gpu in $(detect_gpus | sort -u); do
    if [[ $gpu == nvidia ]] && command -v nvcc >/dev/null; then list+=,cuda; continue; fi
    if [[ $gpu == amd ]] && command -v hipcc >/dev/null && [[ -w /dev/kfd ]]; then list+=,hip; fi
    if vulkan_builds && gpu_permitted; then list+=,vulkan; continue; fi
    [[ $list == *,hip* && $gpu == amd ]] || explain_unused "$gpu" >&2
  done
  printf '%s' "${list#,}" | tr , '\n' | sort -u | paste -sd,
}

explain_unused ()
{
  if [[ $1 == amd && -e /dev/kfd && ! -w /dev/kfd ]] || { compgen -G '/dev/dri/renderD*' >/dev/null && ! gpu_permitted; }; then
    say "the $1 GPU stays unused: you may not open it; cure: sudo usermod -aG render,video $USER, then log in again"
  elif ! command -v glslc >/dev/null; then
    say "the $1 GPU stays unused: no shader compiler; cure: install glslc, libvulkan-dev and spirv-headers$(vendor_kit "$1")"
  else
    say "the $1 GPU stays unused: these Vulkan headers are too old for whisper.cpp; cure: tools/vulkan-headers --fetch (docs/GPU.md)$(vendor_kit "$1")"
  fi
}

vendor_kit ()
{
  case $1 in
    nvidia) echo ", or NVIDIA's CUDA toolkit (nvcc)" ;;
    amd) echo ', or ROCm (hipcc)' ;;
  esac
}

# Of tools/build-llama: the tests need its command line too.
llama_options=()

# usage: configure BUILD GPU [MESON OPTIONS…]: sets up BUILD, or sets up again what has other options.
configure ()
{
  local build=$1 gpu=$2 pkg_config= llama= onnx=
  shift 2
  pkg_config=$(tools/build-whisper --gpu "$gpu") || die 'whisper.cpp could not be built'
  # One engine needs it: without it everything else is there.
  llama=$(tools/build-llama --gpu "$gpu" "${llama_options[@]}") || say 'going on without llama.cpp: the engines llama-audio and hybrid-llama are left out'
  pkg_config+=${llama:+${pkg_config:+,}$llama}
  # Piper needs it, and nothing else does: without it everything else is there.
  onnx=$(tools/onnxruntime) || say 'going on without ONNX Runtime: the engine piper is left out'
  pkg_config+=${onnx:+${pkg_config:+,}$onnx}
  local -a options=("-Dpkg_config_path=$pkg_config" "-Dgpu=$gpu" "$@")
  if [[ -e $build/build.ninja ]] && [[ $(cat "$build/.options" 2>/dev/null) == "${options[*]}" ]]; then
    return
  fi
  if [[ -e $build/build.ninja ]]; then options+=(--reconfigure); fi
  meson setup "$build" "${options[@]}" >"$build.log" 2>&1 || {
    tail -15 "$build.log" >&2
    rm -f "$build.log"
    die "meson could not set up \"$build\": its last lines are above"
  }
  mv "$build.log" "$build/setup.log"
  echo "-Dpkg_config_path=$pkg_config -Dgpu=$gpu $*" | sed 's/ *$//' >"$build/.options"
}
