#pragma once
/// \file
/// Includes what threads need that share objects: how they let collections pass.

#include <ouro/collector/handshake/condition_variable.hpp>
#include <ouro/collector/handshake/mutex.hpp>
#include <ouro/collector/handshake/thread_scope.hpp>
